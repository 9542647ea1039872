using System.Buffers;
using System.Runtime.InteropServices;
using System.Text;

namespace Hybrid.Native;

/// <summary>Members as native code reads them: their texts lie in unmanaged memory, and their rules are held, until this is disposed.</summary>
unsafe ref struct PushMemberViews : IDisposable
{
    // A character of UTF-16, alone or as half of a pair, never becomes more.
    const int MostBytesPerChar = 3;

    readonly ReadOnlySpan<PushMember> _members;
    readonly PushMemberView[] _views;
    readonly byte* _text;
    int _held;

    /// <exception cref="ObjectDisposedException">A rule set is disposed.</exception>
    public PushMemberViews(ReadOnlySpan<PushMember> members)
    {
        var size = TextSize(members);
        _members = members;
        _views = ArrayPool<PushMemberView>.Shared.Rent(members.Length);
        _text = (byte*)NativeMemory.Alloc((nuint)size);
        try
        {
            var free = _text;
            for (; _held < members.Length; _held++)
                _views[_held] = View(_held, ref free, _text + size);
        }
        catch
        {
            Dispose();
            throw;
        }
    }

    public readonly ReadOnlySpan<PushMemberView> Span => _views.AsSpan(0, _members.Length);

    public readonly void Dispose()
    {
        for (var index = 0; index < _held; index++)
        {
            if (StartsRow(index))
                _members[index].Rules.Handle.DangerousRelease();
        }

        NativeMemory.Free(_text);
        ArrayPool<PushMemberView>.Shared.Return(_views);
    }

    static long TextSize(ReadOnlySpan<PushMember> members)
    {
        long size = 0;
        foreach (ref readonly var member in members)
        {
            ArgumentNullException.ThrowIfNull(member.UserId, nameof(members));
            ArgumentNullException.ThrowIfNull(member.Rules, nameof(members));
            size += MostBytesPerChar * (long)member.UserId.Length;
            if (member.Rules.ReadsDisplayName && member.DisplayName is { } name)
                size += MostBytesPerChar * (long)name.Length;
        }

        return size;
    }

    static ByteView Write(string text, ref byte* free, byte* end)
    {
        int length;
        fixed (char* characters = text)
            length = Encoding.UTF8.GetBytes(characters, text.Length, free, (int)Math.Min(int.MaxValue, end - free));
        var view = new ByteView(free, length);
        free += length;
        return view;
    }

    // Members with one rule set in a row share one hold on it; Dispose walks the same way.
    readonly PushMemberView View(int index, ref byte* free, byte* end)
    {
        ref readonly var member = ref _members[index];
        if (StartsRow(index))
        {
            var held = false;
            member.Rules.Handle.DangerousAddRef(ref held);
        }

        var view = new PushMemberView { user_id = Write(member.UserId, ref free, end), rules = member.Rules.Handle.Pointer };
        if (member.Rules.ReadsDisplayName && member.DisplayName is { } name)
            view.display_name = Write(name, ref free, end);
        return view;
    }

    readonly bool StartsRow(int index) => index == 0 || !ReferenceEquals(_members[index].Rules, _members[index - 1].Rules);
}
