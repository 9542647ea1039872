using Hybrid.Accounts.Login;
using Hybrid.Primitives;
using Xunit;

namespace Hybrid.Accounts.Tests.Login;

public sealed class PasswordWorkerTests
{
    [Fact]
    public async Task A_password_fits_its_own_hash_only()
    {
        using var worker = new PasswordWorker(new Pbkdf2Hasher());
        var hash = (await worker.CreateAsync("secret", default)).Value;

        Assert.True((await worker.VerifyAsync(hash, "secret", default)).Value);
        Assert.False((await worker.VerifyAsync(hash, "Secret", default)).Value);
        Assert.False((await worker.VerifyAsync(null, "a password that no one has", default)).Value);
    }

    [Fact]
    public async Task A_full_queue_refuses_instead_of_growing()
    {
        using var gate = new ManualResetEventSlim();
        using var worker = new PasswordWorker(new Pbkdf2Hasher { Gate = gate });

        // Two are being hashed at most and 64 wait.
        var pending = Enumerable.Range(0, 70).Select(i => worker.CreateAsync($"password {i}", default)).ToList();
        var refused = pending.Where(task => task.IsCompleted).ToList();
        Assert.InRange(refused.Count, 4, 6);
        foreach (var task in refused)
            Assert.True((await task).Error is { Status: 429, Code: "M_LIMIT_EXCEEDED", RetryAfter: not null });

        gate.Set();
        Result<string>[] hashes = await Task.WhenAll(pending.Except(refused));
        Assert.All(hashes, hash => Assert.Null(hash.Error));
    }

    [Fact]
    public async Task A_failing_hash_is_its_callers_exception_and_the_worker_lives_on()
    {
        using var worker = new PasswordWorker(new Pbkdf2Hasher());

        await Assert.ThrowsAsync<IndexOutOfRangeException>(() => worker.VerifyAsync("no hash", "secret", default));
        for (var i = 0; i < 4; i++)
            Assert.Null((await worker.CreateAsync("secret", default)).Error);
    }
}
