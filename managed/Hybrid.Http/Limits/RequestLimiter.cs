using System.Buffers.Binary;
using System.Net;
using System.Net.Sockets;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.Http.Limits;

/// <summary>Keeps the budgets of <see cref="RateLimitOptions"/> in memory, by user where there is one and by address otherwise.</summary>
public sealed class RequestLimiter(RateLimitOptions options, TimeProvider time) : IRequestLimiter
{
    const int MaxKeys = 50_000;

    readonly TokenBuckets<UserId> _messages = new(options.Message, time, MaxKeys);
    readonly TokenBuckets<UserId> _memberships = new(options.Membership, time, MaxKeys);
    readonly TokenBuckets<UserId> _media = new(options.Media, time, MaxKeys);
    readonly TokenBuckets<UserId> _general = new(options.General, time, MaxKeys);
    readonly TokenBuckets<ServerName> _servers = new(options.Federation, time, MaxKeys);
    readonly TokenBuckets<Network> _logins = new(options.Login, time, MaxKeys);
    readonly TokenBuckets<Network> _registrations = new(options.Registration, time, MaxKeys);
    readonly TokenBuckets<Network> _anonymousMedia = new(options.Media, time, MaxKeys);
    readonly TokenBuckets<Network> _anonymous = new(options.General, time, MaxKeys);

    public MatrixError? Take(RateClass rate, Caller? caller, HttpContext context)
    {
        if (!options.Enabled || caller is { IsUnlimited: true })
            return null;

        var wait = rate switch
        {
            RateClass.None => null,
            RateClass.Login => _logins.Take(Network.Of(context.Connection.RemoteIpAddress)),
            RateClass.Registration => _registrations.Take(Network.Of(context.Connection.RemoteIpAddress)),
            RateClass.Media when caller is null => _anonymousMedia.Take(Network.Of(context.Connection.RemoteIpAddress)),
            RateClass.Media => _media.Take(caller.UserId),
            _ when caller is null => _anonymous.Take(Network.Of(context.Connection.RemoteIpAddress)),
            RateClass.Message => _messages.Take(caller.UserId),
            RateClass.Membership => _memberships.Take(caller.UserId),
            _ => _general.Take(caller.UserId),
        };
        return wait is { } time ? MatrixError.LimitExceeded(time) : null;
    }

    public MatrixError? TakeFrom(ServerName origin) =>
        options.Enabled && _servers.Take(origin) is { } wait ? MatrixError.LimitExceeded(wait) : null;

    /// <summary>An IPv4 address, or the 64 bits of an IPv6 address that name a network: its owner has all addresses in it.</summary>
    readonly record struct Network(bool IsV6, ulong Bits)
    {
        public static Network Of(IPAddress? address)
        {
            if (address is null)
                return default;
            if (address.IsIPv4MappedToIPv6)
                address = address.MapToIPv4();

            Span<byte> bytes = stackalloc byte[16];
            address.TryWriteBytes(bytes, out _);
            return address.AddressFamily == AddressFamily.InterNetworkV6
                ? new Network(true, BinaryPrimitives.ReadUInt64BigEndian(bytes))
                : new Network(false, BinaryPrimitives.ReadUInt32BigEndian(bytes));
        }
    }
}
