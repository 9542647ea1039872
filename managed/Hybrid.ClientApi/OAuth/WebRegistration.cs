using System.Text.Encodings.Web;
using Hybrid.Accounts;
using Hybrid.Accounts.Login;
using Hybrid.ClientApi.AppServices;
using Hybrid.ClientApi.Auth;
using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.OAuth;

/// <summary>Makes accounts on this server's own pages (specification, client-server API, "User registration"), by the rules of <c>POST /register</c>.</summary>
sealed class WebRegistration(
    AccountRegistration registration, PasswordLogin passwords, RegistrationTokens tokens, AppServiceGrants services, IRequestLimiter limiter, AccountOptions options)
{
    internal const string Action = "register";

    /// <summary>Whether people can make an account by themselves.</summary>
    public bool IsOffered => options.Registration != RegistrationMode.Closed;

    /// <summary>The form, with a word about what went wrong before and a link to where people sign in.</summary>
    public Reply Page(string signIn, string? name = null, MatrixError? problem = null)
    {
        var warning = problem is null ? "" : $"<p role=\"alert\">{Encode(problem.Message)}</p>";
        var token = options.Registration == RegistrationMode.Token
            ? """<p><label>Registration token, from whoever runs this server <input name="token" required autocomplete="off"></label></p>"""
            : "";
        return PlainPage.Show(
            "Create an account",
            $"""
            {warning}<form method="post">
            <input type="hidden" name="action" value="{Action}">
            <p>You will be <strong>@name:{Encode(options.ServerName.Value)}</strong>.</p>
            <p><label>Name <input name="user" value="{Encode(name ?? "")}" required autofocus autocomplete="username" autocapitalize="none"></label></p>
            <p><label>Password <input name="password" type="password" required minlength="{options.MinimumPasswordLength}" autocomplete="new-password"></label></p>
            <p><label>The password again <input name="repeated" type="password" required autocomplete="new-password"></label></p>
            {token}<p><button>Create the account</button></p>
            </form>
            <p><a href="{Encode(signIn)}">I have an account</a></p>
            """,
            problem?.Status ?? 200);
    }

    /// <summary>
    /// Makes the account that a form of the page asks for; refusals are those of <c>POST /register</c>, with <c>M_INVALID_PARAM</c> for
    /// passwords that differ.
    /// </summary>
    public async ValueTask<Result<UserId>> CreateAsync(HttpContext context, IFormCollection form, CancellationToken cancellationToken)
    {
        if (!IsOffered)
            return MatrixError.Forbidden("Registration is closed.");
        if (limiter.Take(RateClass.Registration, null, context) is { } limited)
            return limited;

        var (name, password) = (form["user"].ToString(), form["password"].ToString());
        if (password != form["repeated"].ToString())
            return MatrixError.InvalidParam("The passwords differ.");
        if (passwords.Check(password) is { } weak)
            return weak;
        if (!(await registration.CheckAsync(name, cancellationToken)).TryGet(out var userId, out var refused))
            return refused;
        if (services.CheckUser(userId) is { } exclusive)
            return exclusive;

        var account = new AccountRequest(name, password);
        if (options.Registration == RegistrationMode.Open)
            return await registration.CreateAsync(account, cancellationToken);

        var token = form["token"].ToString();
        if (!await tokens.TryReserveAsync(token, cancellationToken))
            return MatrixError.Forbidden("The registration token is not valid, or no longer.");

        try
        {
            return await registration.CreateAsync(account with { RegistrationToken = token }, cancellationToken);
        }
        finally
        {
            tokens.Release(token);
        }
    }

    static string Encode(string text) => HtmlEncoder.Default.Encode(text);
}
