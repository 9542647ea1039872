using Hybrid.ClientApi.Tests.Hosting;
using Hybrid.Conformance.Tests.Running;

namespace Hybrid.Conformance.Tests.Chapters;

/// <summary>Devices and messages to them.</summary>
static class Devices
{
    public static Examples AddDevices(this Examples examples) => examples
        .Add("getDevices")
        .Add("getDevice")
        .Add("getDevice", static _ => new Call { Path = [("deviceId", "NONE")], Status = 404 })
        .Add("updateDevice", static _ => new Call { Body = """{"display_name":"phone"}""" })
        .Add("updateDevice", static _ => new Call { Path = [("deviceId", "NONE")], Body = """{"display_name":"phone"}""", Status = 404 })
        .Add("deleteDevice", static async story =>
        {
            var user = await story.UserAsync();
            return new Call { As = user, Path = [("deviceId", user.DeviceId)], Body = $$$"""{"auth":{{{Story.Confirmation(user)}}}}""" };
        })
        .Add("deleteDevice", static _ => new Call { Body = "{}", Status = 401 })
        .Add("deleteDevices", static async story => DeleteAll(await story.UserAsync()))
        .Add("sendToDevice", static story => new Call
        {
            Path = [("eventType", "org.example.hello")],
            Body = $$"""{"messages":{"{{story.Bob.UserId}}":{"*":{"hello":"there"} } } }""",
        });

    static Call DeleteAll(TestUser user) => new() { As = user, Body = $$$"""{"devices":["{{{user.DeviceId}}}"],"auth":{{{Story.Confirmation(user)}}}}""" };
}
