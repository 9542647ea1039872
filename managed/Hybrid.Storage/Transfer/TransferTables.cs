namespace Hybrid.Storage.Transfer;

/// <summary>Which tables are copied from one database to another: all but those named here.</summary>
public static class TransferTables
{
    /// <summary>Where a target keeps how far the copying is.</summary>
    public const string Progress = "migration_progress";

    /// <summary>The tables that stay behind, each with the reason.</summary>
    public static IReadOnlyDictionary<string, string> StayBehind { get; } = new Dictionary<string, string>(StringComparer.Ordinal)
    {
        ["migrations"] = "each engine has scripts of its own",
        ["product"] = "the version that opened the SQLite file",
        ["space_probe"] = "is empty; written to find out whether there is room",
        ["last_commit"] = "PostgreSQL's mark of its last commit",
        [Progress] = "how far the copying is",
        ["sqlite_sequence"] = "SQLite's last numbers, which become sequences",
        ["message_search"] = "the reader of the log fills the index again",
        ["message_search_position"] = "the reader of the log starts over",
        ["message_search_words"] = "the reader of the log fills the index again",
        ["message_search_words_config"] = "a part of SQLite's text index",
        ["message_search_words_data"] = "a part of SQLite's text index",
        ["message_search_words_docsize"] = "a part of SQLite's text index",
        ["message_search_words_idx"] = "a part of SQLite's text index",
        ["url_previews"] = "a cache",
        ["user_directory"] = "the reader of the log fills the directory again",
        ["user_directory_rooms"] = "the reader of the log fills the directory again",
        ["user_directory_position"] = "the reader of the log starts over",
        ["user_directory_words"] = "the reader of the log fills the directory again",
        ["user_directory_words_config"] = "a part of SQLite's text index",
        ["user_directory_words_data"] = "a part of SQLite's text index",
        ["user_directory_words_docsize"] = "a part of SQLite's text index",
        ["user_directory_words_idx"] = "a part of SQLite's text index",
    };

    /// <summary>The tables to copy, as both sides have them, in the order in which they can be written.</summary>
    /// <exception cref="InvalidDataException">Something that the source holds has no place in the target, or the other way round.</exception>
    public static async ValueTask<IReadOnlyList<TableShape>> MatchAsync(ITableReader source, ITableWriter target, CancellationToken cancellationToken)
    {
        var from = await ReadAsync(source, cancellationToken);
        var to = await ReadAsync(target, cancellationToken);
        foreach (var name in to.Keys.Except(from.Keys))
            throw new InvalidDataException($"the table {name} is in the new database and not in this one");
        foreach (var name in from.Keys.Except(to.Keys))
        {
            if (await source.CountAsync(name, cancellationToken) > 0)
                throw new InvalidDataException($"the table {name} has rows, and the new database has no such table");
        }

        var matched = new List<TableShape>();
        foreach (var name in await target.ReadWritingOrderAsync(cancellationToken))
        {
            if (to.TryGetValue(name, out var shape))
                matched.Add(await MatchAsync(source, from[name], shape, cancellationToken));
        }

        return matched;
    }

    static async ValueTask<TableShape> MatchAsync(ITableReader source, TableShape from, TableShape to, CancellationToken cancellationToken)
    {
        foreach (var column in from.Columns.Where(column => to.Columns.All(other => other.Name != column.Name)))
        {
            if (!await source.HoldsOnlyDefaultsAsync(from.Name, column.Name, cancellationToken))
                throw new InvalidDataException($"the column {from.Name}.{column.Name} is in use, and the new database has no such column");
        }

        foreach (var column in to.Columns.Where(column => !from.Columns.Contains(column)))
            throw new InvalidDataException($"the column {to.Name}.{column.Name} is in the new database and not in this one, or of another type there");
        var key = to.Key.Count > 0 ? to.Key : from.Key;
        return key.Count > 0 ? to with { Key = key } : throw new InvalidDataException($"the table {to.Name} has no primary key");
    }

    static async ValueTask<Dictionary<string, TableShape>> ReadAsync(ITableReader reader, CancellationToken cancellationToken) =>
        (await reader.ReadShapesAsync(cancellationToken))
            .ToDictionary(static table => table.Name, StringComparer.Ordinal);
}
