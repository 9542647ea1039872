using System.Diagnostics;
using System.Text;
using Hybrid.LoadGenerator.Client;

namespace Hybrid.LoadGenerator.Scenarios;

/// <summary>
/// Users who wait in <c>/sync</c> for a message: the time from before it is sent until each has it in whole. The server's cost
/// includes the send and every waiting request.
/// </summary>
/// <param name="name">What it is called.</param>
/// <param name="receivers">How many wait.</param>
/// <param name="count">How many messages are sent, one after the other.</param>
sealed class DeliveryScenario(string name, int receivers, int count) : IScenario
{
    const int WaitMilliseconds = 30_000;

    static readonly TimeSpan DeliveryLimit = TimeSpan.FromSeconds(60);

    public string Name => name;

    public string Unit => "delivery";

    public async Task RunAsync(LoadContext context, Measurement measurement, CancellationToken cancellationToken)
    {
        var sender = await context.FreshUserAsync(cancellationToken);
        var users = await context.UsersAsync(receivers, cancellationToken);
        var room = await context.RoomAsync(sender, users, cancellationToken);
        using var end = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        var tokens = new string[users.Count];
        await LoadContext.EachAsync(
            Enumerable.Range(0, users.Count),
            async (index, token) => tokens[index] = (await context.Client.SyncAsync(users[index], null, 0, null, token)).NextBatch,
            cancellationToken);

        var delivery = new Delivery(measurement);
        var waiting = users.Select((user, index) => ReceiveAsync(context.Client, user, tokens[index], delivery, end.Token)).ToArray();
        await context.CalmAsync(cancellationToken);
        measurement.Begin();
        for (var i = 0; i < count && !measurement.IsOver; i++)
        {
            var arrived = delivery.Start($"{name} number {i} of its kind", users.Count);
            try
            {
                await context.Client.SendTextAsync(sender, room, $"{name}-{i}", delivery.Text, cancellationToken);
                await arrived.WaitAsync(DeliveryLimit, cancellationToken);
            }
            catch (MatrixRequestException exception)
            {
                measurement.Fail(exception.Message);
            }
            catch (TimeoutException)
            {
                measurement.Fail($"A message was not delivered to all within {DeliveryLimit.TotalSeconds} s.");
                break;
            }

            await context.CalmAsync(cancellationToken);
        }

        measurement.End();
        await end.CancelAsync();
        await Task.WhenAll(waiting);
    }

    static async Task ReceiveAsync(MatrixClient client, MatrixUser user, string since, Delivery delivery, CancellationToken cancellationToken)
    {
        try
        {
            while (!cancellationToken.IsCancellationRequested)
            {
                var answer = await client.SyncAsync(user, since, WaitMilliseconds, null, cancellationToken);
                var now = Stopwatch.GetTimestamp();
                since = answer.NextBatch;
                delivery.Look(answer, now);
            }
        }
        catch (OperationCanceledException)
        {
            // The scenario is over.
        }
        catch (MatrixRequestException exception)
        {
            delivery.Fail(exception.Message);
        }
    }

    /// <summary>The message that is under way.</summary>
    sealed class Delivery(Measurement measurement)
    {
        readonly Lock _lock = new();
        byte[] _marker = [];
        long _sent;
        int _missing;
        TaskCompletionSource _arrived = new();

        public string Text { get; private set; } = "";

        public Task Start(string text, int receivers)
        {
            lock (_lock)
            {
                Text = text;
                _marker = Encoding.UTF8.GetBytes(text);
                _missing = receivers;
                _arrived = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);
                _sent = Stopwatch.GetTimestamp();
                return _arrived.Task;
            }
        }

        public void Look(SyncAnswer answer, long now)
        {
            lock (_lock)
            {
                if (_missing == 0 || !answer.Contains(_marker))
                    return;

                measurement.Record(Stopwatch.GetElapsedTime(_sent, now));
                if (--_missing == 0)
                    _arrived.SetResult();
            }
        }

        public void Fail(string why)
        {
            measurement.Fail(why);
            lock (_lock)
            {
                if (_missing > 0 && --_missing == 0)
                    _arrived.SetResult();
            }
        }
    }
}
