using Npgsql;

namespace Hybrid.Storage.Postgres.Engine;

/// <summary>The row that a reader stands on, read by column.</summary>
public readonly struct Row(NpgsqlDataReader reader)
{
    public bool IsNull(int column) => reader.IsDBNull(column);

    public string Text(int column) => StoredText.Read(reader.GetString(column));

    public string? OptionalText(int column) => reader.IsDBNull(column) ? null : Text(column);

    public long Integer(int column) => reader.GetInt64(column);

    public long? OptionalInteger(int column) => reader.IsDBNull(column) ? null : reader.GetInt64(column);

    public double Number(int column) => reader.GetDouble(column);

    public bool Flag(int column) => reader.GetBoolean(column);

    public byte[] Bytes(int column) => reader.GetFieldValue<byte[]>(column);
}
