namespace Hybrid.Storage.Rooms;

/// <summary>Where an event stands in the state of its room.</summary>
public readonly record struct StateKey(string Type, string Key);
