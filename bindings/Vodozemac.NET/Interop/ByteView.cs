namespace Vodozemac;

unsafe partial struct ByteView
{
    /// <summary>A view of memory that the caller has fixed; <paramref name="first"/> may be null when there is no byte.</summary>
    public ByteView(byte* first, int length)
    {
        ptr = first;
        len = (nuint)length;
    }
}
