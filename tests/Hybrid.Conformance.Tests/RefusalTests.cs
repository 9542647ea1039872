using Hybrid.Conformance.Tests.Table;
using Xunit;

namespace Hybrid.Conformance.Tests;

/// <summary>No operation names a room, a user or anything else without saying what it answers when that is not there or not the caller's.</summary>
public sealed class RefusalTests
{
    static readonly OperationTable Operations = OperationTable.Load();
    static readonly RefusalTable Refusals = RefusalTable.Load();

    public static TheoryData<string> Ids => [.. Operations.Operations.Select(static operation => operation.Id)];

    [Theory]
    [MemberData(nameof(Ids))]
    public void All_that_an_operation_names_has_an_answer_for_when_it_is_wrong(string id)
    {
        var named = Subjects.Of(Operations.Operations.Single(operation => operation.Id == id)).Keys;

        Assert.Equal(named.Order(), Refusals.Of(id).Select(static refusal => refusal.Subject).Distinct().Order());
    }

    [Fact]
    public void The_table_has_no_operation_that_is_none() =>
        Assert.Empty(Refusals.Operations.Except(Operations.Operations.Select(static operation => operation.Id)));

    [Theory]
    [InlineData("""{"sync":{"room":["403 M_FORBIDDEN"]}}""")]
    [InlineData("""{"sync":{"cheese":"403 M_FORBIDDEN"}}""")]
    public void A_table_that_does_not_fit_the_situations_is_refused(string table) =>
        Assert.ThrowsAny<Exception>(() => RefusalTable.Read(System.Text.Json.Nodes.JsonNode.Parse(table)!.AsObject()));
}
