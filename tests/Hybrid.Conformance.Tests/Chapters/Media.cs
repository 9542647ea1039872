using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Files.</summary>
static class Media
{
    static readonly (byte[], string) Picture = (Story.Picture, "image/png");

    // "Content repository": what was uploaded since v1.11 is not for those who show no token; it does not exist for them.
    static Call Frozen => new() { Status = 404, StatusIsOfTheProse = true };

    public static Examples AddMedia(this Examples examples) => examples
        .Add("getConfig")
        .Add("getConfigAuthed")
        .Add("createContent")
        .Add("uploadContent", static _ => new Call { Query = "filename=file.png", Content = Picture })
        .Add("uploadContentToMXC", static async story =>
        {
            var made = (await story.Alice.PostAsync("/_matrix/media/v1/create")).Ok;
            var uri = (string)made["content_uri"]!;
            return new Call { Path = [("mediaId", uri[(uri.LastIndexOf('/') + 1)..])], Content = Picture };
        })
        .Add("uploadContentToMXC", static _ => new Call { Content = Picture, Status = 409 })
        .Add("getContent", static _ => Frozen)
        .Add("getContentAuthed")
        .Add("getContentOverrideName", static _ => Frozen)
        .Add("getContentOverrideNameAuthed")
        .Add("getContentThumbnail", static _ => Frozen with { Query = "width=32&height=32" })
        .Add("getContentThumbnailAuthed", static _ => new Call { Query = "width=32&height=32" })
        .Add("getContentThumbnailAuthed", static _ => new Call { Query = "width=0&height=0", Status = 400 })
        .Add("getUrlPreview", static story => new Call { Query = Page(story) })
        .Add("getUrlPreviewAuthed", static story => new Call { Query = Page(story) });

    static string Page(Story story) => "url=" + Uri.EscapeDataString(new Uri(story.Service.Address, "/page").AbsoluteUri);
}
