using static Hybrid.Server.Configuration.SettingSyntax;

namespace Hybrid.Server.Configuration;

/// <summary>The settings of the object store that keeps the media.</summary>
static class ObjectStoreSettings
{
    public static IReadOnlyList<Setting> All { get; } =
    [
        new("media_s3_bucket",
            "the name of a bucket that exists",
            "none: media are files in the data folder",
            "The bucket that keeps the media, in an object store that speaks the S3 protocol. Media that are in the data folder already stay there.",
            (settings, value) => settings with { MediaObjects = settings.MediaObjects with { Bucket = NotEmpty(value.Text) } },
            settings => QuoteOrNull(settings.MediaObjects.Bucket)),
        new("media_s3_endpoint",
            "an http or https URL without query and fragment",
            "that of AWS in media_s3_region",
            "The address of the object store.",
            (settings, value) => settings with { MediaObjects = settings.MediaObjects with { Endpoint = ParseBaseUrl(value.Text) } },
            settings => QuoteOrNull(settings.MediaObjects.Endpoint?.OriginalString)),
        new("media_s3_region",
            "a text",
            "us-east-1",
            "The region of the bucket.",
            (settings, value) => settings with { MediaObjects = settings.MediaObjects with { Region = NotEmpty(value.Text) } },
            settings => Quote(settings.MediaObjects.Region)),
        new("media_s3_key",
            "a text",
            "none; needed with media_s3_bucket",
            "The ID of the access key. It needs to put, get and delete objects of the bucket, nothing else.",
            (settings, value) => settings with { MediaObjects = settings.MediaObjects with { Key = NotEmpty(value.Text) } },
            settings => QuoteOrNull(settings.MediaObjects.Key)),
        new("media_s3_secret",
            "a text",
            "none; needed with media_s3_bucket",
            "The secret access key.",
            (settings, value) => settings with { MediaObjects = settings.MediaObjects with { Secret = NotEmpty(value.Text) } },
            settings => QuoteOrNull(settings.MediaObjects.Secret))
        {
            Secret = true,
        },
        new("media_s3_prefix",
            "a text such as hybrid/",
            "none",
            "What the names of the objects begin with.",
            (settings, value) => settings with { MediaObjects = settings.MediaObjects with { Prefix = NotEmpty(value.Text) } },
            settings => settings.MediaObjects.Prefix.Length > 0 ? Quote(settings.MediaObjects.Prefix) : null),
        new("media_s3_path_style",
            Switch,
            "off",
            "Whether the bucket is part of the path and not of the host name, as most object stores but AWS want it.",
            (settings, value) => settings with { MediaObjects = settings.MediaObjects with { PathStyle = ParseSwitch(value.Text) } },
            settings => OnOff(settings.MediaObjects.PathStyle)),
    ];
}
