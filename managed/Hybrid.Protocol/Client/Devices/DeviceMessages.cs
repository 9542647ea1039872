using System.Text.Json.Serialization;
using Hybrid.Primitives;

namespace Hybrid.Protocol.Client.Devices;

/// <summary>A device as its owner sees it.</summary>
public sealed record ClientDevice(UserId UserId, DeviceId DeviceId, string? DisplayName, string? LastSeenIp, long? LastSeenTs);

/// <summary>Answer to <c>GET /devices</c>.</summary>
public sealed record DevicesResponse(IReadOnlyList<ClientDevice> Devices);

/// <summary>Body of <c>PUT /devices/{deviceId}</c>.</summary>
public sealed record UpdateDeviceRequest(string? DisplayName);

/// <summary>Body of <c>POST /delete_devices</c>.</summary>
public sealed record DeleteDevicesRequest(IReadOnlyList<string>? Devices);

/// <summary>JSON of device management.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower, DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull)]
[JsonSerializable(typeof(ClientDevice))]
[JsonSerializable(typeof(DevicesResponse))]
[JsonSerializable(typeof(UpdateDeviceRequest))]
[JsonSerializable(typeof(DeleteDevicesRequest))]
public sealed partial class DevicesJson : JsonSerializerContext;
