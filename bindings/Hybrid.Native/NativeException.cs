namespace Hybrid.Native;

/// <summary>A native call failed. <see cref="Status"/> says why; the message is for logs, not for clients.</summary>
public sealed class NativeException : Exception
{
    public NativeException()
        : this(NativeStatus.InvalidArgument, "The native call failed.")
    {
    }

    public NativeException(string message)
        : this(NativeStatus.InvalidArgument, message)
    {
    }

    public NativeException(string message, Exception innerException)
        : base(message, innerException) => Status = NativeStatus.InvalidArgument;

    internal NativeException(NativeStatus status, string message)
        : base(message) => Status = status;

    public NativeStatus Status { get; }

    /// <summary>
    /// Throws unless the call that returned <paramref name="status"/> succeeded. Call it on the thread that made that call.
    /// </summary>
    internal static void ThrowIfFailed(Status status)
    {
        if (status != Native.Status.Ok)
            Throw(status);
    }

    static unsafe void Throw(Status status)
    {
        OwnedBuffer words;
        var message = "";
        if (NativeMethods.hybrid_error_take(&words) == Native.Status.Ok)
        {
            using var buffer = new NativeBuffer(words);
            message = buffer.ToString();
        }

        throw new NativeException((NativeStatus)status, $"{(NativeStatus)status}: {message}");
    }
}
