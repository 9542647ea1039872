namespace Vodozemac;

/// <summary>Calls that make an object: a new one, one from a key, or one from a pickle and the key that encrypted it.</summary>
static unsafe class NativeCreation
{
    public static T* Create<T>(delegate*<T**, Status> call)
        where T : unmanaged
    {
        T* result;
        VodozemacException.ThrowIfFailed(call(&result));
        return result;
    }

    public static T* FromText<T>(delegate*<ByteView, T**, Status> call, string text)
        where T : unmanaged
    {
        using var utf8 = new Utf8Text(text);
        return FromBytes(call, utf8.Span);
    }

    public static T* FromBytes<T>(delegate*<ByteView, T**, Status> call, ReadOnlySpan<byte> bytes)
        where T : unmanaged
    {
        T* result;
        fixed (byte* start = bytes)
            VodozemacException.ThrowIfFailed(call(new ByteView(start, bytes.Length), &result));
        return result;
    }

    public static T* FromPickle<T>(delegate*<ByteView, ByteView, T**, Status> call, string pickle, ReadOnlySpan<byte> key)
        where T : unmanaged
    {
        T* result;
        using var utf8 = new Utf8Text(pickle);
        fixed (byte* start = utf8.Span, keyStart = key)
        {
            VodozemacException.ThrowIfFailed(
                call(new ByteView(start, utf8.Span.Length), new ByteView(keyStart, key.Length), &result));
        }

        return result;
    }
}
