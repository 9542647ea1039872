namespace Hybrid.Storage.Postgres.Engine;

/// <summary>Work of which many pieces that wait for the same commit are carried out together, in a few statements.</summary>
interface ISharedWork<TItem>
{
    /// <summary>
    /// Carries out all of <paramref name="items"/>, in order. For each that must not be, the exception that refuses it and leaves the
    /// others alone; null for the rest.
    /// </summary>
    Task<Exception?[]> RunAsync(PostgresWriter writer, IReadOnlyList<TItem> items);
}

/// <summary>Something to write. It is run at least once and ends once, with its result or an exception.</summary>
abstract class WriteJob
{
    Exception? _failure;

    /// <summary>Jobs of one kind that follow each other are run in one go; null for a job of its own kind.</summary>
    public virtual object? Kind => null;

    /// <summary>Carries out this job and <paramref name="alike"/>, which follow it and are of its kind.</summary>
    public abstract Task RunAsync(PostgresWriter writer, ReadOnlyMemory<WriteJob> alike);

    /// <summary>Keeps why the job alone failed; null when it did not, or may be run again.</summary>
    public void Refuse(Exception? failure) => _failure = failure;

    /// <summary>Completes the job after the commit.</summary>
    public void Acknowledge()
    {
        if (_failure is null)
            Succeed();
        else
            Fail(_failure);
    }

    public abstract void Fail(Exception exception);

    protected abstract void Succeed();
}

/// <summary>A job that reads and writes as it likes.</summary>
sealed class WriteJob<T>(Func<PostgresWriter, Task<T>> work) : WriteJob
{
    readonly TaskCompletionSource<T> _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    T _result = default!;

    public Task<T> Task => _completion.Task;

    public override async Task RunAsync(PostgresWriter writer, ReadOnlyMemory<WriteJob> alike) => _result = await work(writer);

    public override void Fail(Exception exception) => _completion.TrySetException(exception);

    protected override void Succeed() => _completion.TrySetResult(_result);
}

/// <summary>A piece of shared work.</summary>
sealed class SharedJob<TItem>(ISharedWork<TItem> work, TItem item) : WriteJob
{
    readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);

    public Task Task => _completion.Task;

    public override object? Kind => work;

    public override async Task RunAsync(PostgresWriter writer, ReadOnlyMemory<WriteJob> alike)
    {
        var items = new List<TItem>(1 + alike.Length) { item };
        foreach (var job in alike.Span)
            items.Add(((SharedJob<TItem>)job).Item);
        var refusals = await work.RunAsync(writer, items);
        Refuse(refusals[0]);
        for (var i = 0; i < alike.Length; i++)
            alike.Span[i].Refuse(refusals[i + 1]);
    }

    public override void Fail(Exception exception) => _completion.TrySetException(exception);

    protected override void Succeed() => _completion.TrySetResult();

    TItem Item => item;
}
