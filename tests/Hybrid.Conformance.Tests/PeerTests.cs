using Hybrid.Conformance.Tests.Peers;
using Hybrid.Conformance.Tests.Table;
using Xunit;

namespace Hybrid.Conformance.Tests;

/// <summary>The tables of the server-server API are whole.</summary>
public sealed class PeerTests
{
    static readonly OperationTable Operations = OperationTable.LoadOfServers();
    static readonly PeerRefusalTable Refusals = PeerRefusalTable.Load();

    public static TheoryData<string> Ids => [.. Operations.Operations.Select(static operation => operation.Id)];

    [Fact]
    public void Every_operation_has_an_example_and_every_example_an_operation() =>
        Assert.Equal(Operations.Operations.Select(static operation => operation.Id).Order(), AllPeerExamples.Examples().Operations.Order());

    [Theory]
    [MemberData(nameof(Ids))]
    public void All_that_an_operation_names_has_an_answer_for_when_it_is_wrong(string id) =>
        Assert.Equal(PeerSituations.Of(Operations.Operations.Single(operation => operation.Id == id)), Refusals.Of(id).Select(static refusal => refusal.Situation));

    [Fact]
    public void The_table_has_no_operation_that_is_none() => Assert.Empty(Refusals.Operations.Except(Operations.Operations.Select(static operation => operation.Id)));
}
