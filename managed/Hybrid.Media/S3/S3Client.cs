using System.Net;
using Amazon;
using Amazon.Runtime;
using Amazon.S3;
using Amazon.S3.Model;
using Hybrid.Media.Content;

namespace Hybrid.Media.S3;

/// <summary>The four requests that the media take of an object store, each within a time, with one kind of failure.</summary>
sealed class S3Client(S3Options options) : IDisposable
{
    // Until an answer begins; an upload has beside it what it takes at the slowest that is waited for.
    static readonly TimeSpan Limit = TimeSpan.FromSeconds(30);
    const long SlowestBytesPerSecond = 64 * 1024;

    readonly AmazonS3Client _s3 = new(new BasicAWSCredentials(options.Key, options.Secret), Configure(options));

    public async Task PutAsync(string name, string path, long length, CancellationToken cancellationToken)
    {
        var request = new PutObjectRequest
        {
            BucketName = options.Bucket,
            Key = options.Prefix + name,
            FilePath = path,
            ContentType = "application/octet-stream",
            // The signature then covers the hash of the whole, which every server checks.
            UseChunkEncoding = false,
        };
        await AskAsync(token => _s3.PutObjectAsync(request, token), Limit + TimeSpan.FromSeconds((double)length / SlowestBytesPerSecond), cancellationToken);
    }

    public Task DeleteAsync(string name, CancellationToken cancellationToken) =>
        AskAsync(token => _s3.DeleteObjectAsync(new DeleteObjectRequest { BucketName = options.Bucket, Key = options.Prefix + name }, token), Limit, cancellationToken);

    public async Task<bool> ExistsAsync(string name, CancellationToken cancellationToken) =>
        await AskAsync(token => _s3.GetObjectMetadataAsync(new GetObjectMetadataRequest { BucketName = options.Bucket, Key = options.Prefix + name }, token), Limit, cancellationToken) is not null;

    /// <summary>The bytes from an offset on; null when there is no such object.</summary>
    public Task<GetObjectResponse?> GetAsync(string name, long from, CancellationToken cancellationToken)
    {
        var request = new GetObjectRequest { BucketName = options.Bucket, Key = options.Prefix + name };
        if (from > 0)
            request.ByteRange = new ByteRange($"bytes={from}-");
        return AskAsync(token => _s3.GetObjectAsync(request, token), Limit, cancellationToken);
    }

    public void Dispose() => _s3.Dispose();

    /// <summary>Whether an exception means that the object store or the way to it failed.</summary>
    public static bool IsFailure(Exception exception) => exception is AmazonServiceException or AmazonClientException or HttpRequestException or IOException or WebException;

    static async Task<T?> AskAsync<T>(Func<CancellationToken, Task<T>> ask, TimeSpan limit, CancellationToken cancellationToken)
        where T : class
    {
        using var timeout = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        timeout.CancelAfter(limit);
        try
        {
            return await ask(timeout.Token);
        }
        catch (AmazonServiceException exception) when (exception.StatusCode == HttpStatusCode.NotFound && exception.ErrorCode != "NoSuchBucket")
        {
            return null;
        }
        catch (OperationCanceledException exception) when (!cancellationToken.IsCancellationRequested)
        {
            throw new ContentUnavailableException("The object store does not answer.", exception);
        }
        catch (Exception exception) when (IsFailure(exception))
        {
            throw new ContentUnavailableException($"The object store failed: {exception.Message}", exception);
        }
    }

    static AmazonS3Config Configure(S3Options options)
    {
        var config = new AmazonS3Config
        {
            ForcePathStyle = options.PathStyle,
            Timeout = Timeout.InfiniteTimeSpan,
            MaxErrorRetry = 2,
            // Checksums that S3 itself added lately, and others do not all know. The hash in the signature says the same.
            RequestChecksumCalculation = RequestChecksumCalculation.WHEN_REQUIRED,
            ResponseChecksumValidation = ResponseChecksumValidation.WHEN_REQUIRED,
        };
        if (options.Endpoint is { } endpoint)
        {
            config.ServiceURL = endpoint.OriginalString;
            config.AuthenticationRegion = options.Region;
        }
        else
        {
            config.RegionEndpoint = RegionEndpoint.GetBySystemName(options.Region);
        }

        return config;
    }
}
