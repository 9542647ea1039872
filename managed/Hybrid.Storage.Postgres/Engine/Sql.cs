using System.Runtime.InteropServices;
using Hybrid.Native.State;
using Npgsql;
using NpgsqlTypes;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>
/// Parameters of statements, each with its type: a statement that is prepared once is found again only with the same types. Texts,
/// integers, flags and byte arrays can be passed as they are, and null stands for a text; what else there is has a method here.
/// </summary>
static class Sql
{
    public static NpgsqlParameter Optional(long? value) => new() { NpgsqlDbType = NpgsqlDbType.Bigint, Value = value ?? (object)DBNull.Value };

    public static NpgsqlParameter Optional(bool? value) => new() { NpgsqlDbType = NpgsqlDbType.Boolean, Value = value ?? (object)DBNull.Value };

    public static NpgsqlParameter Bytes(ReadOnlyMemory<byte> bytes) => new() { NpgsqlDbType = NpgsqlDbType.Bytea, Value = Array(bytes) };

    public static NpgsqlParameter Texts(IEnumerable<string?> values) => new()
    {
        NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text,
        Value = values.Select(static value => value is null ? null : StoredText.Write(value)).ToArray(),
    };

    /// <summary>Null stands for no list at all.</summary>
    public static NpgsqlParameter OptionalTexts(IEnumerable<string>? values) =>
        values is null ? new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Text, Value = DBNull.Value } : Texts(values);

    public static NpgsqlParameter Integers(IEnumerable<long> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = values.ToArray() };

    public static NpgsqlParameter OptionalIntegers(IEnumerable<long?> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bigint, Value = values.ToArray() };

    public static NpgsqlParameter Flags(IEnumerable<bool> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Boolean, Value = values.ToArray() };

    public static NpgsqlParameter ByteArrays(IEnumerable<ReadOnlyMemory<byte>> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = values.Select(Array).ToArray() };

    public static NpgsqlParameter Hashes(IEnumerable<StateNodeHash> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = values.Select(static hash => hash.ToArray()).ToArray() };

    public static NpgsqlParameter OptionalHashes(IEnumerable<StateNodeHash?> values) =>
        new() { NpgsqlDbType = NpgsqlDbType.Array | NpgsqlDbType.Bytea, Value = values.Select(static hash => hash?.ToArray()).ToArray() };

    /// <summary>A parameter of what a store passes.</summary>
    public static NpgsqlParameter Parameter(object? value) => value switch
    {
        NpgsqlParameter parameter => parameter,
        string text => new NpgsqlParameter<string> { NpgsqlDbType = NpgsqlDbType.Text, TypedValue = StoredText.Write(text) },
        long number => new NpgsqlParameter<long> { NpgsqlDbType = NpgsqlDbType.Bigint, TypedValue = number },
        bool flag => new NpgsqlParameter<bool> { NpgsqlDbType = NpgsqlDbType.Boolean, TypedValue = flag },
        byte[] bytes => new NpgsqlParameter<byte[]> { NpgsqlDbType = NpgsqlDbType.Bytea, TypedValue = bytes },
        null => new NpgsqlParameter { NpgsqlDbType = NpgsqlDbType.Text, Value = DBNull.Value },
        _ => throw new ArgumentException($"A {value.GetType().Name} is no parameter of a statement."),
    };

    // Copied only when they are part of a larger array.
    static byte[] Array(ReadOnlyMemory<byte> bytes) =>
        MemoryMarshal.TryGetArray(bytes, out var segment) && segment is { Offset: 0, Array: { } array } && array.Length == segment.Count
            ? array
            : bytes.ToArray();
}
