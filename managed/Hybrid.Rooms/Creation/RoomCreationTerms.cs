using System.Text.Json;
using Hybrid.Primitives;
using Hybrid.Rooms.Events;

namespace Hybrid.Rooms.Creation;

/// <summary>What a room starts with beside its version (specification, client-server API, "Room creation").</summary>
public enum RoomPreset
{
    /// <summary>By invitation; history shared; guests may join.</summary>
    PrivateChat,

    /// <summary>As <see cref="PrivateChat"/>, and everyone who is invited gets the creator's rights.</summary>
    TrustedPrivateChat,

    /// <summary>Open to join; history shared; no guests.</summary>
    PublicChat,
}

/// <summary>A state event that a new room gets, <c>content</c> as the client sent it.</summary>
public sealed record InitialStateEvent(string Type, string StateKey, JsonElement Content);

/// <summary>What a new room is to be.</summary>
/// <param name="Creator">A local user.</param>
/// <param name="Version">A room version that this server can create.</param>
/// <param name="Preset">What it starts with.</param>
public sealed record RoomCreationTerms(UserId Creator, string Version, RoomPreset Preset)
{
    /// <summary>Whether the room directory lists it.</summary>
    public bool IsPublic { get; init; }

    /// <summary>A local alias that becomes the canonical one.</summary>
    public RoomAlias? Alias { get; init; }

    public string? Name { get; init; }

    public string? Topic { get; init; }

    public IReadOnlyList<UserId> Invited { get; init; } = [];

    /// <summary>The invitations say that the room is meant as a direct chat.</summary>
    public bool IsDirect { get; init; }

    public IReadOnlyList<InitialStateEvent> InitialState { get; init; } = [];

    /// <summary>Further keys of the create event's content.</summary>
    public JsonElement? CreationContent { get; init; }

    /// <summary>Keys of the power levels' content that replace the usual ones.</summary>
    public JsonElement? PowerLevelOverride { get; init; }

    /// <summary>For a room that replaces another: what it takes over from there. The preset then adds nothing.</summary>
    internal Inheritance? Inherited { get; init; }
}

/// <summary>What a room takes over from the one that it replaces, beside its initial state.</summary>
/// <param name="PowerLevels">The whole content of the first power levels; null for the usual ones.</param>
/// <param name="Afterwards">State that comes last, such as bans.</param>
sealed record Inheritance(ReadOnlyMemory<byte>? PowerLevels, IReadOnlyList<EventProposal> Afterwards);
