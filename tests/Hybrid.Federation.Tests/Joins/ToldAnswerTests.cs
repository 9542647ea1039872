using System.Text;
using Hybrid.Federation.Joins;
using Hybrid.Federation.Requests;

namespace Hybrid.Federation.Tests.Joins;

/// <summary>Answers that tell a room, which are read more than once.</summary>
public sealed class ToldAnswerTests : IDisposable
{
    readonly string _path = Path.Combine(Path.GetTempPath(), Path.GetRandomFileName());

    public void Dispose() => Directory.Delete(_path, recursive: true);

    [Theory]
    [InlineData(3)]
    [InlineData(20_000)]
    public async Task An_answer_is_read_again_as_it_came_and_leaves_nothing_behind(int members)
    {
        var json = $$"""{"members_omitted":true,"state":[{{string.Join(',', Enumerable.Range(0, members).Select(Member))}}],"servers_in_room":["a.test"]}""";
        using var response = new HttpResponseMessage();
        var folder = new AnswerFolder(new FederationOptions { AnswerFolder = _path });
        await using (var answer = new ToldAnswer(new OpenFederationAnswer(response, new MemoryStream(Encoding.UTF8.GetBytes(json))), "state", folder))
        {
            var room = await ToldRoom.ReadAsync(answer, default);

            Assert.Equal(members, room.Count);
            Assert.True(room.IsState);
            Assert.True(room.MembersOmitted);
            Assert.Equal(["a.test", "peer.test"], room.Servers.Select(static server => server.Value).Order());
            Assert.Equal(members > 1000 ? 1 : 0, Directory.GetFiles(_path).Length);
            Assert.Equal(Member(1), Encoding.UTF8.GetString(Assert.Single(await answer.ReadStateAsync(static told => told.StateKey == "@user1:peer.test", default)).Span));
            Assert.Equal(members, (await answer.ReadStateAsync(static _ => true, default)).Count);
        }

        Assert.Empty(Directory.GetFiles(_path));
    }

    [Fact]
    public async Task Two_events_for_one_key_are_no_state()
    {
        using var response = new HttpResponseMessage();
        var body = new MemoryStream(Encoding.UTF8.GetBytes($$"""{"state":[{{Member(1)}},{{Member(1)}}]}"""));
        await using var answer = new ToldAnswer(new OpenFederationAnswer(response, body), "state", new AnswerFolder(new FederationOptions { AnswerFolder = _path }));

        Assert.False((await ToldRoom.ReadAsync(answer, default)).IsState);
    }

    [Fact]
    public void What_a_killed_server_was_reading_goes_at_the_start()
    {
        Directory.CreateDirectory(_path);
        File.WriteAllText(Path.Combine(_path, "left.tmp"), "half an answer");

        var folder = new AnswerFolder(new FederationOptions { AnswerFolder = _path });

        Assert.Empty(Directory.GetFiles(folder.Path));
    }

    static string Member(int number) =>
        $$"""{"content":{"membership":"join"},"sender":"@user{{number}}:peer.test","state_key":"@user{{number}}:peer.test","type":"m.room.member"}""";
}
