namespace Vodozemac.Tests;

public class ErrorTests
{
    // When this fails, a status of the native side has no name here: give it one in VodozemacError.cs with the same number.
    [Fact]
    public void Every_status_of_the_native_side_has_a_name()
    {
        var olm = Enum.GetValues<Status>().Where(status => (int)status < 100 || status.ToString().StartsWith("Olm", StringComparison.Ordinal));

        var native = olm.ToDictionary(status => (int)status, status => Name(status));
        var managed = Enum.GetValues<VodozemacError>().ToDictionary(error => (int)error, error => error.ToString());

        Assert.Equal(native, managed);
    }

    [Fact]
    public void The_message_names_the_error_and_what_happened()
    {
        using var account = new Account();

        var exception = Assert.Throws<VodozemacException>(() => account.Pickle([1, 2, 3]));

        Assert.StartsWith("InvalidArgument: ", exception.Message, StringComparison.Ordinal);
        Assert.Contains("32 bytes, not 3", exception.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Orderings_have_the_numbers_of_the_native_side() =>
        Assert.Equal(
            Enum.GetValues<OlmSessionOrdering>().ToDictionary(value => (int)value, value => value.ToString()),
            Enum.GetValues<SessionOrdering>().ToDictionary(value => (int)value, value => value.ToString()));

    static string Name(Status status) => status switch
    {
        Status.Ok => nameof(VodozemacError.None),
        Status.Panic => nameof(VodozemacError.Internal),
        _ => status.ToString().Replace("Olm", "", StringComparison.Ordinal),
    };
}
