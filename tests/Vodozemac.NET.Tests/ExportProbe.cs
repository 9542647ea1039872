using System.Reflection;
using System.Runtime.InteropServices;

namespace Vodozemac.Tests;

/// <summary>
/// Calls any export with arguments made from its declaration: one view for every view, live objects for handles, memory of its
/// own for every result. Gives back what a call made.
/// </summary>
sealed unsafe class ExportProbe : IDisposable
{
    const int SlotBytes = 32;
    const byte Untouched = 0xA5;

    static readonly Dictionary<string, MethodInfo> All = typeof(NativeMethods)
        .GetMethods(BindingFlags.Static | BindingFlags.NonPublic)
        .Where(method => method.GetCustomAttribute<DllImportAttribute>() is not null)
        .ToDictionary(method => method.Name);

    readonly Dictionary<Type, nint> _handles = [];
    readonly byte* _results = (byte*)NativeMemory.Alloc(16 * SlotBytes);

    public ExportProbe()
    {
        OlmAccountHandle* account;
        OlmGroupSessionHandle* group;
        OlmSasHandle* sas, otherSas;
        OlmEstablishedSasHandle* established;
        OlmEciesHandle* ecies, otherEcies;
        OlmEstablishedEciesHandle* channel;
        OlmBackupKeyHandle* backup;
        OlmSessionHandle* session;
        OlmInboundGroupSessionHandle* inbound;
        Succeed(NativeMethods.hybrid_olm_account_new(&account));
        Succeed(NativeMethods.hybrid_olm_group_session_new(&group));
        Succeed(NativeMethods.hybrid_olm_sas_new(&sas));
        Succeed(NativeMethods.hybrid_olm_sas_new(&otherSas));
        Succeed(NativeMethods.hybrid_olm_ecies_new(&ecies));
        Succeed(NativeMethods.hybrid_olm_ecies_new(&otherEcies));
        Succeed(NativeMethods.hybrid_olm_backup_key_new(&backup));
        OwnedBuffer key, message;
        Succeed(NativeMethods.hybrid_olm_account_curve25519_key(account, &key));
        var view = new ByteView(key.ptr, (int)key.len);
        Succeed(NativeMethods.hybrid_olm_account_create_outbound_session(account, view, view, &session));
        Succeed(NativeMethods.hybrid_olm_sas_diffie_hellman(otherSas, view, &established));
        Succeed(NativeMethods.hybrid_olm_ecies_establish_outbound_channel(otherEcies, view, default, &channel, &message));
        NativeMethods.hybrid_buffer_free(key);
        NativeMethods.hybrid_buffer_free(message);
        NativeMethods.hybrid_olm_sas_free(otherSas);
        NativeMethods.hybrid_olm_ecies_free(otherEcies);
        Succeed(NativeMethods.hybrid_olm_group_session_session_key(group, &key));
        Succeed(NativeMethods.hybrid_olm_inbound_group_session_new(new ByteView(key.ptr, (int)key.len), &inbound));
        NativeMethods.hybrid_buffer_free(key);

        _handles[typeof(OlmAccountHandle)] = (nint)account;
        _handles[typeof(OlmGroupSessionHandle)] = (nint)group;
        _handles[typeof(OlmSasHandle)] = (nint)sas;
        _handles[typeof(OlmEstablishedSasHandle)] = (nint)established;
        _handles[typeof(OlmEciesHandle)] = (nint)ecies;
        _handles[typeof(OlmEstablishedEciesHandle)] = (nint)channel;
        _handles[typeof(OlmBackupKeyHandle)] = (nint)backup;
        _handles[typeof(OlmSessionHandle)] = (nint)session;
        _handles[typeof(OlmInboundGroupSessionHandle)] = (nint)inbound;
    }

    /// <summary>The exports that return a status.</summary>
    public static IEnumerable<string> Fallible => All.Values.Where(method => method.ReturnType == typeof(Status)).Select(method => method.Name);

    /// <summary>The exports that free a handle.</summary>
    public static IEnumerable<string> Frees => All.Keys.Where(name => name.EndsWith("_free", StringComparison.Ordinal) && name != nameof(NativeMethods.hybrid_buffer_free));

    public static ParameterInfo[] Parameters(string export) => All[export].GetParameters();

    /// <summary>Calls an export. Whatever it made is given back, and after a failure no result may have been written.</summary>
    /// <param name="export">Its name.</param>
    /// <param name="view">What every view is.</param>
    /// <param name="number">What every number is.</param>
    /// <param name="nullAt">The parameter that is null, if one is.</param>
    public Status Call(string export, ByteView view, long number, int nullAt = -1)
    {
        var results = new Span<byte>(_results, 16 * SlotBytes);
        results.Fill(Untouched);
        var parameters = Parameters(export);
        var arguments = parameters.Select((parameter, index) => parameter.ParameterType switch
        {
            { IsPointer: true } type => Pointer.Box(index == nullAt ? null : Place(type, index), type),
            var type when type == typeof(ByteView) => (object)view,
            var type when type == typeof(nuint) => (nuint)(ulong)number,
            _ => unchecked((uint)number),
        });
        var status = (Status)All[export].Invoke(null, [.. arguments])!;
        if (status != Status.Ok)
            Assert.False(results.ContainsAnyExcept(Untouched), $"{export} wrote a result although it failed.");
        else
            GiveBack(parameters);
        return status;
    }

    public void Dispose()
    {
        foreach (var (type, handle) in _handles)
            Free(type, (void*)handle);
        NativeMemory.Free(_results);
    }

    void* Place(Type pointer, int index) =>
        _handles.TryGetValue(pointer.GetElementType()!, out var handle) ? (void*)handle : _results + (index * SlotBytes);

    void GiveBack(ParameterInfo[] parameters)
    {
        for (var index = 0; index < parameters.Length; index++)
        {
            var type = parameters[index].ParameterType;
            var place = _results + (index * SlotBytes);
            if (type == typeof(OwnedBuffer*))
                NativeMethods.hybrid_buffer_free(*(OwnedBuffer*)place);
            else if (type.IsPointer && type.GetElementType()!.IsPointer)
                Free(type.GetElementType()!.GetElementType()!, *(void**)place);
        }
    }

    static void Free(Type type, void* handle)
    {
        var free = Frees.Single(name => Parameters(name)[0].ParameterType.GetElementType() == type);
        All[free].Invoke(null, [Pointer.Box(handle, type.MakePointerType())]);
    }

    static void Succeed(Status status) => Assert.Equal(Status.Ok, status);
}
