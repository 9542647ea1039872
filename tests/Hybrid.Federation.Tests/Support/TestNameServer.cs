using System.Buffers.Binary;
using System.Collections.Concurrent;
using System.Net;
using System.Net.Sockets;
using System.Text;

namespace Hybrid.Federation.Tests.Support;

/// <summary>A name server on loopback (RFC 1035) that knows A and SRV records that the test gives it, and no other names.</summary>
sealed class TestNameServer : IDisposable
{
    const int TypeA = 1;
    const int TypeSrv = 33;
    const int NoSuchName = 3;

    readonly UdpClient _socket = new(new IPEndPoint(IPAddress.Loopback, 0));
    readonly ConcurrentDictionary<(string Name, int Type), List<byte[]>> _records = new();

    public TestNameServer() => _ = Task.Run(ServeAsync);

    public IPEndPoint Address => (IPEndPoint)_socket.Client.LocalEndPoint!;

    /// <summary>The names that were asked for, each as <c>NAME TYPE</c>.</summary>
    public ConcurrentQueue<string> Questions { get; } = new();

    public void AddAddress(string name, IPAddress address) => Add(name, TypeA, address.GetAddressBytes());

    public void AddService(string name, string target, int port, int priority = 0, int weight = 0)
    {
        var data = new List<byte>();
        foreach (var number in (int[])[priority, weight, port])
            data.AddRange([(byte)(number >> 8), (byte)number]);
        data.AddRange(Encode(target));
        Add(name, TypeSrv, [.. data]);
    }

    public void Dispose() => _socket.Dispose();

    static byte[] Encode(string name)
    {
        var bytes = new List<byte>();
        foreach (var label in name.Split('.', StringSplitOptions.RemoveEmptyEntries))
        {
            bytes.Add((byte)label.Length);
            bytes.AddRange(Encoding.ASCII.GetBytes(label));
        }

        bytes.Add(0);
        return [.. bytes];
    }

    void Add(string name, int type, byte[] data) => _records.GetOrAdd((name, type), static _ => []).Add(data);

    async Task ServeAsync()
    {
        while (true)
        {
            UdpReceiveResult question;
            try
            {
                question = await _socket.ReceiveAsync();
            }
            catch (Exception over) when (over is ObjectDisposedException or SocketException)
            {
                return;
            }

            var answer = Answer(question.Buffer);
            await _socket.SendAsync(answer, question.RemoteEndPoint);
        }
    }

    byte[] Answer(byte[] question)
    {
        var labels = new List<string>();
        var at = 12;
        while (question[at] > 0)
        {
            labels.Add(Encoding.ASCII.GetString(question, at + 1, question[at]));
            at += question[at] + 1;
        }

        var name = string.Join('.', labels).ToLowerInvariant();
        var type = BinaryPrimitives.ReadUInt16BigEndian(question.AsSpan(at + 1));
        var end = at + 5;
        Questions.Enqueue($"{name} {type}");
        var known = _records.Keys.Any(key => key.Name == name);
        var records = _records.GetValueOrDefault((name, type)) ?? [];

        // ID; a recursive answer; one question, the answers, nothing else. Names point back to the question.
        var answer = new List<byte>([question[0], question[1], 0x81, (byte)(0x80 | (known ? 0 : NoSuchName)), 0, 1, 0, (byte)records.Count, 0, 0, 0, 0]);
        answer.AddRange(question[12..end]);
        foreach (var data in records)
        {
            answer.AddRange([0xC0, 12, 0, (byte)type, 0, 1, 0, 0, 0, 60, (byte)(data.Length >> 8), (byte)data.Length]);
            answer.AddRange(data);
        }

        return [.. answer];
    }
}
