using Hybrid.Accounts.ThirdParty;
using Hybrid.Http;
using Hybrid.Primitives;
using Hybrid.Protocol.Client.ThirdParty;
using Hybrid.Storage.ThirdParty;
using Microsoft.AspNetCore.Http;

namespace Hybrid.ClientApi.ThirdParty;

/// <summary>
/// <c>POST /_hybrid/client/v1/address/{medium}/submit</c>: a token comes back, from a client as JSON (it is the <c>submit_url</c> of
/// <c>…/requestToken</c>, and speaks as <c>POST /validate/…/submitToken</c> of the identity service API) or from the page of the link as a form.
/// </summary>
sealed class SubmitTokenEndpoint(AddressProofs proofs) : IEndpoint
{
    internal const string Path = "/_hybrid/client/v1/address/{medium}/submit";

    const int MaxForm = 4096;
    static readonly Reply Success = Reply.Raw("""{"success":true}"""u8.ToArray());

    // A code can be guessed at here, so attempts come out of the budget of logins.
    public static IReadOnlyList<EndpointRoute> Routes { get; } = [new("POST", Path, Access.Anyone, RateClass.Login) { MaxBodyBytes = MaxForm }];

    public async ValueTask<Result<Reply>> HandleAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Path("medium") is not (ThirdPartyAddress.Email or ThirdPartyAddress.Telephone))
            return MatrixError.NotFound("There are no addresses of this kind.");

        return request.Http.Request.HasFormContentType ? await FromPageAsync(request, cancellationToken) : await FromClientAsync(request, cancellationToken);
    }

    async ValueTask<Result<Reply>> FromClientAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        var body = await request.ReadJsonAsync(ThirdPartyJson.Default.SubmitTokenBody, cancellationToken);
        if (body is not { Sid: { } sid, ClientSecret: { } secret, Token: { } token })
            return MatrixError.MissingParam("'sid', 'client_secret' and 'token' are needed.");

        return (await proofs.SubmitAsync(sid, secret, token, cancellationToken)).Error is { } error ? error : Success;
    }

    async ValueTask<Result<Reply>> FromPageAsync(ApiRequest request, CancellationToken cancellationToken)
    {
        if (request.Http.Request.ContentLength is null or > MaxForm)
            return MatrixError.TooLarge("The form is too large.");

        IFormCollection form;
        try
        {
            form = await request.Http.Request.ReadFormAsync(cancellationToken);
        }
        catch (InvalidDataException)
        {
            return MatrixError.InvalidParam("This takes the form of the page.");
        }

        var submitted = await proofs.SubmitAsync(form["sid"].ToString(), form["client_secret"].ToString(), form["token"].ToString(), cancellationToken);
        if (!submitted.TryGet(out var proof, out _))
            return AddressPage.Failed();

        return proof.NextLink is { } next ? AddressPage.GoOn(next) : AddressPage.Done();
    }
}
