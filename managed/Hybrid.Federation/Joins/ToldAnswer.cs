using System.Text.Json;
using Hybrid.Federation.Requests;
using Microsoft.AspNetCore.WebUtilities;

namespace Hybrid.Federation.Joins;

/// <summary>
/// An answer that tells a room, to read as often as need be: the first time as it comes, then from where it is kept, in memory or, if it is large, in a file
/// that goes with it.
/// </summary>
sealed class ToldAnswer : IAsyncDisposable
{
    const int MaxInMemory = 1 << 20;

    readonly OpenFederationAnswer _answer;
    readonly FileBufferingReadStream _kept;
    readonly string _stateName;

    /// <param name="answer">The answer.</param>
    /// <param name="stateName">What the list of the state is called in it.</param>
    /// <param name="folder">Where files of large answers are.</param>
    public ToldAnswer(OpenFederationAnswer answer, string stateName, AnswerFolder folder)
    {
        (_answer, _stateName) = (answer, stateName);
        _kept = new FileBufferingReadStream(answer.Body, MaxInMemory, null, folder.Path);
    }

    /// <summary>Everything that is told; one reading at a time, and the first to its end.</summary>
    /// <exception cref="JsonException">It is no JSON.</exception>
    /// <exception cref="IOException">It breaks off.</exception>
    public IAsyncEnumerable<ToldValue> ReadAsync(CancellationToken cancellationToken)
    {
        _kept.Position = 0;
        return new ToldRoomReader(_stateName).ReadAsync(_kept, cancellationToken);
    }

    /// <summary>Those events of the state that are wanted, as a copy.</summary>
    public async ValueTask<List<ReadOnlyMemory<byte>>> ReadStateAsync(Func<ToldEvent, bool> isWanted, CancellationToken cancellationToken)
    {
        var events = new List<ReadOnlyMemory<byte>>();
        await foreach (var value in ReadAsync(cancellationToken))
        {
            if (value is { Name: ToldRoomReader.State, Type: JsonTokenType.StartObject } && isWanted(ToldEvent.Read(value.Json)))
                events.Add(value.Json.ToArray());
        }

        return events;
    }

    public async ValueTask DisposeAsync()
    {
        await _kept.DisposeAsync();
        await _answer.DisposeAsync();
    }
}
