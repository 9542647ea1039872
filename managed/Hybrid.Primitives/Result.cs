using System.Diagnostics.CodeAnalysis;

namespace Hybrid.Primitives;

/// <summary>A value, or the <see cref="MatrixError"/> that says why there is none. A refusal is an outcome, not an exception.</summary>
public readonly struct Result<T>
{
    readonly T _value;

    Result(T value, MatrixError? error)
    {
        _value = value;
        Error = error;
    }

    /// <summary>Why there is no value; null when there is one.</summary>
    public MatrixError? Error { get; }

    /// <summary>The value; throws <see cref="MatrixException"/> when there is none.</summary>
    public T Value => Error is null ? _value : throw new MatrixException(Error);

    /// <summary>Takes the result apart: true and the value, or false and the error.</summary>
    public bool TryGet([MaybeNullWhen(false)] out T value, [NotNullWhen(false)] out MatrixError? error)
    {
        value = _value;
        error = Error;
        return error is null;
    }

    [SuppressMessage("Usage", "CA2225", Justification = "The conversions are the constructors.")]
    public static implicit operator Result<T>(T value) => new(value, null);

    [SuppressMessage("Usage", "CA2225", Justification = "The conversions are the constructors.")]
    public static implicit operator Result<T>(MatrixError error) => new(default!, error);
}

/// <summary>The value of a <see cref="Result{T}"/> that has nothing to say but that it worked.</summary>
public readonly record struct Done;
