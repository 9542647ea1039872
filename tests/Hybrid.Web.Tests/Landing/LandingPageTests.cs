using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Hybrid.Web.Landing;
using Xunit;

namespace Hybrid.Web.Tests.Landing;

public class LandingPageTests
{
    static readonly LandingPageModel Model = new(
        "example.org", "1.2.3", "https://matrix.example.org", LandingRegistration.Closed, AdministratorCommand: null);

    [Fact]
    public void Names_the_server_its_version_and_where_clients_connect()
    {
        var page = LandingPage.Render(Model);

        Assert.Contains("<h1>example.org</h1>", page, StringComparison.Ordinal);
        Assert.Contains("<p>Hybrid 1.2.3</p>", page, StringComparison.Ordinal);
        Assert.Contains("<code>https://matrix.example.org</code>", page, StringComparison.Ordinal);
        Assert.Contains("<code>@name:example.org</code>", page, StringComparison.Ordinal);
    }

    [Fact]
    public void Shows_the_command_for_the_first_administrator_only_while_there_is_none()
    {
        var begin = LandingPage.Render(Model with { AdministratorCommand = "hybrid user create admin --admin" });

        Assert.Contains("no administrator yet", begin, StringComparison.Ordinal);
        Assert.Contains("<code>hybrid user create admin --admin</code>", begin, StringComparison.Ordinal);
        Assert.DoesNotContain("administrator", LandingPage.Render(Model), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(LandingRegistration.Open, "open")]
    [InlineData(LandingRegistration.Token, "token")]
    [InlineData(LandingRegistration.Closed, "closed")]
    public void Says_who_may_register(LandingRegistration registration, string word)
    {
        var page = LandingPage.Render(Model with { Registration = registration });

        Assert.Contains($"<strong>{word}</strong>", page, StringComparison.Ordinal);
        Assert.Single(new[] { "open", "token", "closed" }, other => page.Contains($"<strong>{other}</strong>", StringComparison.Ordinal));
    }

    [Fact]
    public void Encodes_everything_that_comes_from_outside()
    {
        const string Hostile = "<script>alert('x')</script>\"&";
        var page = LandingPage.Render(new LandingPageModel(Hostile, Hostile, Hostile, LandingRegistration.Open, Hostile));

        Assert.DoesNotContain("<script", page, StringComparison.Ordinal);
        Assert.DoesNotContain("'x'", page, StringComparison.Ordinal);
        Assert.Contains("&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot;&amp;", page, StringComparison.Ordinal);
    }

    [Fact]
    public void The_policy_allows_the_style_sheet_that_is_in_the_page_and_no_script()
    {
        var page = LandingPage.Render(Model);
        var from = page.IndexOf("<style>", StringComparison.Ordinal) + "<style>".Length;
        var style = page[from..page.IndexOf("</style>", StringComparison.Ordinal)];
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(style)));

        Assert.Contains($"style-src 'sha256-{hash}';", LandingPage.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.StartsWith("default-src 'none';", LandingPage.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.DoesNotContain("script-src", LandingPage.ContentSecurityPolicy, StringComparison.Ordinal);
        Assert.DoesNotContain("<style>", page[from..], StringComparison.Ordinal);
        Assert.DoesNotContain(" style=", page, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("hybrid user create admin --admin")]
    public void Elements_are_closed_and_every_section_is_labeled_by_its_heading(string? command)
    {
        var page = LandingPage.Render(Model with { AdministratorCommand = command });
        var body = page[page.IndexOf("<body>", StringComparison.Ordinal)..page.IndexOf("</html>", StringComparison.Ordinal)];
        var sections = XElement.Parse(body).Descendants("section").ToList();

        Assert.Equal(command is null ? 2 : 3, sections.Count);
        Assert.All(sections, section => Assert.Equal((string?)section.Attribute("aria-labelledby"), (string?)section.Element("h2")!.Attribute("id")));
    }
}
