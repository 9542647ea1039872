namespace Hybrid.Native.Tests.Events;

public class RoomVersionsTests
{
    [Fact]
    public void Every_version_brings_what_the_specification_says()
    {
        Assert.Equal(Enumerable.Range(1, 12), RoomVersions.All.Select(traits => int.Parse(traits.Id, null)));
        Assert.All(RoomVersions.All, traits =>
        {
            var version = int.Parse(traits.Id, null);
            Assert.Equal(
                new RoomVersionTraits(
                    traits.Id,
                    RoomIdIsCreateHash: version >= 12,
                    CreatorsHaveInfinitePower: version >= 12,
                    RedactsInContent: version >= 11,
                    CreatorInContent: version < 11,
                    SupportsKnock: version >= 7,
                    SupportsRestricted: version >= 8,
                    SupportsKnockRestricted: version >= 10,
                    IntegerPowerLevels: version >= 10,
                    EventIdIsChosen: version <= 2),
                traits);
            Assert.Same(traits, RoomVersions.Find(traits.Id));
        });
    }

    [Theory]
    [InlineData("")]
    [InlineData("0")]
    [InlineData("13")]
    [InlineData("011")]
    public void Other_versions_are_not_known(string id) => Assert.Null(RoomVersions.Find(id));
}
