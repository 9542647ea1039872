using Hybrid.ClientApi.Tests.Hosting;
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
        .Add("uploadContentToMXC", static async story => new Call { Path = [("mediaId", await CreatedAsync(story.Alice))], Content = Picture })
        .Add("uploadContentToMXC", static async story => new Call { Path = [("mediaId", await CreatedAsync(story.Bob))], Content = Picture, Status = 403 })
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

    static async Task<string> CreatedAsync(TestUser user)
    {
        var uri = (string)(await user.PostAsync("/_matrix/media/v1/create")).Ok["content_uri"]!;
        return uri[(uri.LastIndexOf('/') + 1)..];
    }

    static string Page(Story story) => "url=" + Uri.EscapeDataString(new Uri(story.Service.Address, "/page").AbsoluteUri);
}
