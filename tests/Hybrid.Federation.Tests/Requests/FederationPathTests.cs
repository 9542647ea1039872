using Hybrid.Federation.Requests;

namespace Hybrid.Federation.Tests.Requests;

public sealed class FederationPathTests
{
    [Fact]
    public void Parameters_are_encoded_whole()
    {
        Assert.Equal("/_matrix/federation/v1/event/%24a%2Fb%3F%23%25%20%C3%BC%2B", FederationPath.Of("federation/v1/event", "$a/b?#% ü+"));
        Assert.Equal("/_matrix/key/v2/server", FederationPath.Of("key/v2/server"));
        Assert.Equal("/_matrix/federation/v1/make_join/%21r%3Ax/%40u%3Ay", FederationPath.Of("federation/v1/make_join", "!r:x", "@u:y"));
    }

    [Fact]
    public void Parameters_of_the_query_may_repeat_and_be_absent() =>
        Assert.Equal("/p?ver=1&ver=2&room_alias=%23a%3Ab%26c", FederationPath.WithQuery("/p", ("ver", "1"), ("x", null), ("ver", "2"), ("room_alias", "#a:b&c")));
}
