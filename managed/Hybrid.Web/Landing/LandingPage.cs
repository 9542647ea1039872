using System.Security.Cryptography;
using System.Text;

namespace Hybrid.Web.Landing;

/// <summary>The page at <c>/</c>: what this server is, how to connect a client and, on a new server, how to begin. It has no scripts.</summary>
public static class LandingPage
{
    const string Icon = "data:image/svg+xml,%3Csvg xmlns='http://www.w3.org/2000/svg' viewBox='0 0 16 16'%3E"
        + "%3Crect width='16' height='16' rx='4' fill='%230b6e4f'/%3E%3Cpath d='M5 3v10M11 3v10M5 8h6' stroke='white' stroke-width='2'/%3E%3C/svg%3E";

    /// <summary>The value of the <c>Content-Security-Policy</c> header: nothing loads but the style sheet inside the page and its icon.</summary>
    public static string ContentSecurityPolicy { get; } =
        $"default-src 'none'; style-src 'sha256-{Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(LandingStyle.Text)))}'; "
        + "img-src data:; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

    public static string Render(LandingPageModel model) => Document(model).ToString();

    // The style element holds the text and nothing else: the policy's hash covers every character between the tags.
    static HtmlText Document(LandingPageModel model) => $"""
        <!doctype html>
        <html lang="en">
        <head>
        <meta charset="utf-8">
        <meta name="viewport" content="width=device-width, initial-scale=1">
        <meta name="referrer" content="no-referrer">
        <title>{model.ServerName} – a Matrix homeserver</title>
        <link rel="icon" href="{Icon}">
        <style>{Style}</style>
        </head>
        <body>
        <main>
        <header>
        <h1>{model.ServerName}</h1>
        <p class="lead">This is a Matrix homeserver. It runs, and clients can reach it.</p>
        </header>
        {FirstSteps(model.AdministratorCommand)}
        <section aria-labelledby="connect">
        <h2 id="connect">Connect a client</h2>
        <ol>
        <li>Get a Matrix client, such as <a href="https://element.io/download" rel="noopener noreferrer">Element</a>,
        or <a href="https://matrix.org/ecosystem/clients/" rel="noopener noreferrer">any other</a>.</li>
        <li>On its sign-in page, change the homeserver to <code>{model.BaseUrl}</code></li>
        <li>Sign in. Your Matrix ID has the form <code>@name:{model.ServerName}</code></li>
        </ol>
        </section>
        <section aria-labelledby="accounts">
        <h2 id="accounts">Accounts</h2>
        {Registration(model.Registration)}
        </section>
        <footer>
        <p>Hybrid {model.Version}</p>
        </footer>
        </main>
        </body>
        </html>

        """;

    static HtmlText Style
    {
        get
        {
            var style = HtmlText.Empty;
            style.AppendLiteral(LandingStyle.Text);
            return style;
        }
    }

    static HtmlText FirstSteps(string? administratorCommand) => administratorCommand is null
        ? HtmlText.Empty
        : $"""
        <section class="notice" aria-labelledby="begin">
        <h2 id="begin">This server has no administrator yet</h2>
        <p>Create the first one in a terminal on the machine of the server, with the configuration that the server uses.
        Put the name that you want in place of <code>admin</code>:</p>
        <pre tabindex="0" aria-label="Command"><code>{administratorCommand}</code></pre>
        <p>The command prints the password.</p>
        </section>
        """;

    static HtmlText Registration(LandingRegistration registration) => registration switch
    {
        LandingRegistration.Open => $"<p>Registration is <strong>open</strong>: create an account in your client.</p>",
        LandingRegistration.Token =>
            $"<p>Registration takes a <strong>token</strong>: ask the operator for one, then create an account in your client.</p>",
        _ => $"<p>Registration is <strong>closed</strong>: the operator creates the accounts.</p>",
    };
}
