using System.Globalization;
using Hybrid.Server.Commands;
using Hybrid.Server.Composition;
using Hybrid.Server.Configuration;
using Hybrid.Storage.Sqlite.Engine;
using Hybrid.Storage.Streams;
using Microsoft.Data.Sqlite;
using Xunit;

namespace Hybrid.Durability.Tests.Migrations;

/// <summary>How a database comes from one version to the next. That a crash half-way resumes is shown by the power cuts of PowerLossTests, too.</summary>
public sealed class MigrationTests : IDisposable
{
    static readonly MigrationScript First = new(1, "0001_first.sql", static () => "CREATE TABLE first (id INTEGER PRIMARY KEY) STRICT;");
    static readonly MigrationScript Second = new(2, "0002_second.sql", static () => "CREATE TABLE second (id INTEGER) STRICT; INSERT INTO second SELECT id FROM first;");

    readonly TemporaryFolder _folder = new();
    readonly List<string> _progress = [];

    [Fact]
    public void A_new_database_is_made_without_a_word_and_an_older_one_tells_its_steps()
    {
        using var session = Open();
        SqliteMigrations.Apply(session, [First], _progress.Add);
        Assert.Empty(_progress);

        SqliteMigrations.Apply(session, [First, Second], _progress.Add);
        Assert.Equal(["bringing the database up to date, step 1 of 1: 0002_second", "the database is up to date"], _progress);

        SqliteMigrations.Apply(session, [First, Second], _progress.Add);
        Assert.Equal(2, _progress.Count);
    }

    [Fact]
    public void A_step_that_ends_half_way_has_done_nothing_and_is_done_again()
    {
        using (var session = Open())
        {
            SqliteMigrations.Apply(session, [First], null);
            session.Execute("INSERT INTO first (id) VALUES (7)");
            var broken = Second with { Read = () => $"{Second.Read()} INSERT INTO nowhere VALUES (1);" };
            Assert.Throws<SqliteException>(() => SqliteMigrations.Apply(session, [First, broken], null));
        }

        using var again = Open();
        Assert.Equal(0, again.QueryInteger("SELECT count(*) FROM sqlite_schema WHERE name = 'second'"));
        SqliteMigrations.Apply(again, [First, Second], _progress.Add);
        Assert.Equal(7, again.QueryInteger("SELECT id FROM second"));
        Assert.Equal(2, again.QueryInteger("SELECT max(number) FROM migrations"));
    }

    [Fact]
    public void A_newer_database_stops_an_older_server_with_one_line_that_names_both_versions()
    {
        var settings = new HybridSettings
        {
            DataFolder = _folder.Path,
            DatabasePath = _folder["hybrid.db"],
            Listen = [ListenAddress.Parse("http://127.0.0.1:0")],
        };
        SqliteDatabase.Open(settings.DatabasePath, new StreamHub()).Dispose();
        using (var session = Open())
        {
            session.Execute("UPDATE product SET version = '9.8.7'");
            session.Execute("INSERT INTO migrations (number, name) VALUES (9999, 'future')");
        }

        var refused = Assert.Throws<CommandException>(() => HybridApplication.Create(settings));
        Assert.DoesNotContain('\n', refused.Message);
        Assert.Contains("newer version of Hybrid (9.8.7; this is ", refused.Message, StringComparison.Ordinal);
        Assert.Contains("opened last by hybrid 9.8.7, migration 9999", SqliteDatabase.Describe(settings.DatabasePath), StringComparison.Ordinal);
    }

    [Fact]
    public void A_database_says_who_opened_it_last()
    {
        SqliteDatabase.Open(_folder["hybrid.db"], new StreamHub()).Dispose();
        using (var session = Open())
            session.Execute("UPDATE product SET version = '0.0.1'");
        SqliteDatabase.Open(_folder["hybrid.db"], new StreamHub()).Dispose();

        Assert.StartsWith($"opened last by hybrid {SqliteMigrations.ProductVersion}, migration ", SqliteDatabase.Describe(_folder["hybrid.db"]), StringComparison.Ordinal);
    }

    [Fact]
    public void State_changes_of_before_there_were_other_servers_name_their_events()
    {
        MigrationScript[] scripts =
        [
            .. typeof(SqliteDatabase).Assembly.GetManifestResourceNames().Where(static name => name.EndsWith(".sql", StringComparison.Ordinal))
                .Select(static name => new MigrationScript(long.Parse(name.AsSpan(0, 4), CultureInfo.InvariantCulture), name, () => Read(name)))
                .OrderBy(static script => script.Number),
        ];
        using var session = Open();
        SqliteMigrations.Apply(session, [.. scripts.Where(static script => script.Number < 210)], null);
        session.ExecuteScript("""
            INSERT INTO rooms (room_id, version, creator, is_public, forward_extremities, number) VALUES ('!r', '12', '@a:b', 0, '$two', 11);
            INSERT INTO events (position, event_id, room_id, type, state_key, sender, origin_server_ts, depth, json, number)
            VALUES (3, '$one', '!r', 'm.room.create', '', '@a:b', 1, 1, x'7b7d', 11), (4, '$two', '!r', 'm.room.name', '', '@a:b', 2, 2, x'7b7d', 12);
            INSERT INTO state_changes (room_id, type, state_key, position) VALUES ('!r', 'm.room.create', '', 3), ('!r', 'm.room.name', '', 4);
            """);

        SqliteMigrations.Apply(session, scripts, null);

        Assert.Equal([11L, 12], session.Query("SELECT event_number FROM state_changes ORDER BY position", static row => row.GetInt64(0)));
        Assert.Equal(0, session.QueryInteger("SELECT SUM(standing) FROM events"));
        Assert.Equal(0, session.QueryInteger("SELECT branched FROM rooms"));
    }

    public void Dispose() => _folder.Dispose();

    static string Read(string resource)
    {
        using var reader = new StreamReader(typeof(SqliteDatabase).Assembly.GetManifestResourceStream(resource)!);
        return reader.ReadToEnd();
    }

    SqliteSession Open()
    {
        SQLitePCL.Batteries_V2.Init();
        return new SqliteSession($"Data Source={_folder["hybrid.db"]};Pooling=False");
    }
}
