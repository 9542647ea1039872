namespace Hybrid.Storage.Transfer;

/// <summary>What a column holds on every engine. Flags are integers, 0 or 1.</summary>
public enum ColumnKind
{
    /// <summary>A <see cref="long"/>.</summary>
    Integer,

    /// <summary>A <see cref="string"/>.</summary>
    Text,

    /// <summary>A <see cref="byte"/> array.</summary>
    Blob,
}

/// <param name="Name">Equal on every engine.</param>
/// <param name="Kind">What it holds.</param>
public sealed record TableColumn(string Name, ColumnKind Kind);

/// <param name="Name">Equal on every engine.</param>
/// <param name="Columns">All of them.</param>
/// <param name="Key">The columns of the primary key in its order; empty where the engine has none.</param>
public sealed record TableShape(string Name, IReadOnlyList<TableColumn> Columns, IReadOnlyList<string> Key);
