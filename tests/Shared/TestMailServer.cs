using System.Net;
using System.Net.Security;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text;
using System.Threading.Channels;

namespace Hybrid.Tests.Shared;

/// <summary>A message as the mail server got it: the envelope, the bytes, and how they came.</summary>
public sealed record ReceivedMail(string From, string To, byte[] Content, bool Encrypted, string? User);

/// <summary>A mail server on a loopback port that keeps what it gets: as much of RFC 5321 as a client needs, STARTTLS and AUTH PLAIN.</summary>
public sealed class TestMailServer : IAsyncDisposable
{
    /// <summary>How long a test waits for what must come.</summary>
    static readonly TimeSpan Patience = TimeSpan.FromSeconds(30);

    readonly TcpListener _listener = new(IPAddress.Loopback, 0);
    readonly Channel<ReceivedMail> _received = Channel.CreateUnbounded<ReceivedMail>();
    readonly CancellationTokenSource _end = new();
    readonly Task _accepting;

    public TestMailServer()
    {
        _listener.Start();
        _accepting = AcceptAsync();
    }

    public int Port => ((IPEndPoint)_listener.LocalEndpoint).Port;

    /// <summary>With a certificate the server speaks TLS: after STARTTLS, or from the first byte when <see cref="ImplicitTls"/>.</summary>
    public X509Certificate2? Certificate { get; init; }

    public bool ImplicitTls { get; init; }

    /// <summary>The login that is asked for, as <c>(user, password)</c>; null: none.</summary>
    public (string User, string Password)? Login { get; init; }

    /// <summary>The reply to a recipient; may change while the server runs.</summary>
    public Func<string, string> OnRecipient { get; set; } = static _ => "250 2.1.5 OK";

    /// <summary>The next message; fails the test when none comes.</summary>
    public async Task<ReceivedMail> ReceiveAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        return await _received.Reader.ReadAsync(patience.Token);
    }

    /// <summary>Whether a message waits to be received.</summary>
    public bool HasMail => _received.Reader.TryPeek(out _);

    public async ValueTask DisposeAsync()
    {
        await _end.CancelAsync();
        _listener.Stop();
        await _accepting;
        _end.Dispose();
    }

    async Task AcceptAsync()
    {
        var talks = new List<Task>();
        try
        {
            while (true)
                talks.Add(TalkAsync(await _listener.AcceptTcpClientAsync(_end.Token)));
        }
        catch (Exception exception) when (exception is OperationCanceledException or SocketException or ObjectDisposedException)
        {
            await Task.WhenAll(talks);
        }
    }

    async Task TalkAsync(TcpClient client)
    {
        using (client)
        {
            try
            {
                Stream stream = client.GetStream();
                if (ImplicitTls)
                    stream = await EncryptAsync(stream);
                await new Talk(this, stream, ImplicitTls).RunAsync(_end.Token);
            }
            catch (Exception exception) when (exception is IOException or OperationCanceledException or System.Security.Authentication.AuthenticationException)
            {
                // A client that hangs up, or does not trust the certificate, is what some tests are about.
            }
        }
    }

    async Task<Stream> EncryptAsync(Stream stream)
    {
        var encrypted = new SslStream(stream);
        await encrypted.AuthenticateAsServerAsync(new SslServerAuthenticationOptions { ServerCertificate = Certificate }, _end.Token);
        return encrypted;
    }

    sealed class Talk(TestMailServer server, Stream stream, bool encrypted)
    {
        readonly List<byte> _line = [];
        string _from = "";
        string _to = "";
        string? _user;

        public async Task RunAsync(CancellationToken cancellationToken)
        {
            await SayAsync("220 test.local ESMTP", cancellationToken);
            while (await ReadLineAsync(cancellationToken) is { } line)
            {
                var verb = line.Split(' ', ':')[0].ToUpperInvariant();
                var reply = verb switch
                {
                    "EHLO" => Greeting(),
                    "AUTH" => Authenticate(line),
                    "MAIL" when server.Login is not null && _user is null => "530 5.7.0 Authentication required",
                    "MAIL" => Remember(ref _from, line, "250 2.1.0 OK"),
                    "RCPT" => Remember(ref _to, line, server.OnRecipient(Path(line))),
                    "DATA" => await ReadDataAsync(cancellationToken),
                    "STARTTLS" => "220 2.0.0 Go ahead",
                    "QUIT" => "221 2.0.0 Bye",
                    _ => "250 2.0.0 OK",
                };
                await SayAsync(reply, cancellationToken);
                if (verb == "QUIT")
                    return;
                if (verb == "STARTTLS")
                    (stream, encrypted) = (await server.EncryptAsync(stream), true);
            }
        }

        static string Path(string line) => line[(line.IndexOf('<', StringComparison.Ordinal) + 1)..line.IndexOf('>', StringComparison.Ordinal)];

        static string Remember(ref string field, string line, string reply)
        {
            field = Path(line);
            return reply;
        }

        string Greeting()
        {
            var lines = new List<string> { "test.local" };
            if (server.Certificate is not null && !encrypted)
                lines.Add("STARTTLS");
            if (server.Login is not null)
                lines.Add("AUTH PLAIN");
            lines.Add("8BITMIME");
            return string.Join("\r\n", lines.Select((line, index) => (index == lines.Count - 1 ? "250 " : "250-") + line));
        }

        string Authenticate(string line)
        {
            var fields = Encoding.UTF8.GetString(Convert.FromBase64String(line.Split(' ')[2])).Split('\0');
            if (server.Login != (fields[1], fields[2]))
                return "535 5.7.8 Authentication failed";

            _user = fields[1];
            return "235 2.7.0 OK";
        }

        async Task<string> ReadDataAsync(CancellationToken cancellationToken)
        {
            await SayAsync("354 Go on", cancellationToken);
            var content = new StringBuilder();
            while (await ReadLineAsync(cancellationToken) is { } line && line != ".")
                content.Append(line.StartsWith('.') ? line[1..] : line).Append("\r\n");
            server._received.Writer.TryWrite(new ReceivedMail(_from, _to, Encoding.Latin1.GetBytes(content.ToString()), encrypted, _user));
            return "250 2.0.0 Taken";
        }

        async Task SayAsync(string text, CancellationToken cancellationToken)
        {
            await stream.WriteAsync(Encoding.ASCII.GetBytes(text + "\r\n"), cancellationToken);
            await stream.FlushAsync(cancellationToken);
        }

        // Byte by byte: nothing may be read ahead that belongs to the TLS handshake.
        async Task<string?> ReadLineAsync(CancellationToken cancellationToken)
        {
            var one = new byte[1];
            _line.Clear();
            while (await stream.ReadAsync(one, cancellationToken) == 1)
            {
                if (one[0] != '\n')
                {
                    _line.Add(one[0]);
                    continue;
                }

                return Encoding.Latin1.GetString([.. _line]).TrimEnd('\r');
            }

            return null;
        }
    }
}
