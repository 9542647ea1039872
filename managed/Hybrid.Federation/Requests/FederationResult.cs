using System.Diagnostics.CodeAnalysis;

namespace Hybrid.Federation.Requests;

/// <summary>What another server answered, or why it did not. Dead and unwilling peers are everyday life, not exceptions.</summary>
public readonly struct FederationResult<T>
{
    readonly T _value;

    FederationResult(T value, FederationFailure? failure)
    {
        _value = value;
        Failure = failure;
    }

    /// <summary>Why there is no answer; null when there is one.</summary>
    public FederationFailure? Failure { get; }

    /// <summary>Takes the result apart: true and the answer, or false and the failure.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out FederationFailure? failure)
    {
        value = _value;
        failure = Failure;
        return failure is null;
    }

    [SuppressMessage("Usage", "CA2225", Justification = "The conversions are the constructors.")]
    public static implicit operator FederationResult<T>(T value) => new(value, null);

    [SuppressMessage("Usage", "CA2225", Justification = "The conversions are the constructors.")]
    public static implicit operator FederationResult<T>(FederationFailure failure) => new(default!, failure);
}
