using System.Text.Json;
using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Rooms;

/// <summary>Body of <c>POST /_matrix/client/v3/createRoom</c>.</summary>
public sealed record CreateRoomBody
{
    public string? Visibility { get; init; }

    public string? RoomAliasName { get; init; }

    public string? Name { get; init; }

    public string? Topic { get; init; }

    public IReadOnlyList<UserId>? Invite { get; init; }

    [JsonPropertyName("invite_3pid")]
    public IReadOnlyList<JsonElement>? InviteThirdParty { get; init; }

    public string? RoomVersion { get; init; }

    public JsonElement? CreationContent { get; init; }

    public IReadOnlyList<InitialStateBody>? InitialState { get; init; }

    public string? Preset { get; init; }

    public bool? IsDirect { get; init; }

    public JsonElement? PowerLevelContentOverride { get; init; }
}

/// <summary>An entry of <c>initial_state</c>.</summary>
public sealed record InitialStateBody
{
    public required string Type { get; init; }

    public string? StateKey { get; init; }

    public required JsonElement Content { get; init; }
}

/// <summary>Body of joins and leaves; <c>third_party_signed</c> is for identity servers, which Hybrid has no use for.</summary>
public sealed record ReasonBody
{
    public string? Reason { get; init; }
}

/// <summary>Body of invitations, kicks, bans and unbans.</summary>
public sealed record TargetBody
{
    public UserId? UserId { get; init; }

    public string? Reason { get; init; }
}

/// <summary>Body of <c>POST /_matrix/client/v3/rooms/{roomId}/upgrade</c>.</summary>
public sealed record UpgradeBody
{
    public string? NewVersion { get; init; }

    public IReadOnlyList<UserId>? AdditionalCreators { get; init; }
}

/// <summary>Answer to an upgrade.</summary>
public sealed record UpgradeAnswer(RoomId ReplacementRoom);

/// <summary>Answer that names a room.</summary>
public sealed record RoomIdAnswer(RoomId RoomId);

/// <summary>Answer that names an event.</summary>
public sealed record EventIdAnswer(EventId EventId);
