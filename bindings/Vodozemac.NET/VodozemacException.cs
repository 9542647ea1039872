namespace Vodozemac;

/// <summary>An operation failed. <see cref="Error"/> says why; the message is vodozemac's own, for logs.</summary>
public sealed class VodozemacException : Exception
{
    public VodozemacException()
        : this(VodozemacError.InvalidArgument, "The operation failed.")
    {
    }

    public VodozemacException(string message)
        : this(VodozemacError.InvalidArgument, message)
    {
    }

    public VodozemacException(string message, Exception innerException)
        : base(message, innerException) => Error = VodozemacError.InvalidArgument;

    internal VodozemacException(VodozemacError error, string message)
        : base(message) => Error = error;

    public VodozemacError Error { get; }

    /// <summary>Throws unless the call that returned <paramref name="status"/> succeeded. On the thread that made the call.</summary>
    internal static void ThrowIfFailed(Status status)
    {
        if (status != Status.Ok)
            throw For(status);
    }

    internal static unsafe VodozemacException For(Status status)
    {
        OwnedBuffer words;
        var message = "";
        if (NativeMethods.hybrid_error_take(&words) == Status.Ok)
        {
            using var buffer = new NativeBuffer(words);
            message = buffer.ToString();
        }

        return new VodozemacException((VodozemacError)status, $"{(VodozemacError)status}: {message}");
    }
}
