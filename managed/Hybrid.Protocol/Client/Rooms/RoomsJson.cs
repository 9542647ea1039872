using System.Text.Json.Serialization;

namespace Hybrid.Protocol.Client.Rooms;

/// <summary>Shapes of the chapter "Rooms" of the client-server API.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(CreateRoomBody))]
[JsonSerializable(typeof(ReasonBody))]
[JsonSerializable(typeof(TargetBody))]
[JsonSerializable(typeof(UpgradeBody))]
[JsonSerializable(typeof(UpgradeAnswer))]
[JsonSerializable(typeof(RoomIdAnswer))]
[JsonSerializable(typeof(EventIdAnswer))]
public sealed partial class RoomsJson : JsonSerializerContext;
