using Hybrid.Http;
using Hybrid.Primitives;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.Auth;

/// <summary><c>POST /_matrix/client/v3/auth/{authType}/fallback/web</c>: the form of the fallback page.</summary>
sealed class FallbackSubmitEndpoint(InteractiveAuth auth) : IEndpoint
{
    // A registration token can be guessed at here, so attempts come out of the budget of logins.
    public static IReadOnlyList<EndpointRoute> Routes { get; } =
        [new("POST", FallbackPage.Path, Access.Anyone, RateClass.Login) { MaxBodyBytes = null }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var stage = request.Path("authType");
        if (!FallbackPage.Knows(stage))
            return MatrixError.NotFound("There is no page for this stage.");

        if (await ReadFormAsync(request.Http.Request, cancellationToken) is not { } form)
            return MatrixError.InvalidParam("This takes the form of the fallback page.");
        if (form["session"].ToString() is not { Length: > 0 } session)
            return MatrixError.MissingParam("'session' is missing.");

        return await auth.TryCompleteOutOfBandAsync(session, stage, form["token"], cancellationToken)
            ? FallbackPage.Completed()
            : FallbackPage.Form(stage, session, "That did not work. Check what you entered, or start again in your app.", 401);
    }

    static async ValueTask<IFormCollection?> ReadFormAsync(HttpRequest request, CancellationToken cancellationToken)
    {
        const int MaxForm = 4096;
        if (!request.HasFormContentType || request.ContentLength is null or > MaxForm)
            return null;

        try
        {
            return await request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            return null;
        }
    }
}
