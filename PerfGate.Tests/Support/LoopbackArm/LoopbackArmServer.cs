using System.Collections.Concurrent;
using System.Globalization;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace PerfGate.Tests.Support.LoopbackArm;

/// <summary>A canned answer instead of the server's own.</summary>
/// <param name="Status">HTTP status; 0 cuts the connection.</param>
/// <param name="Code">ARM's error code.</param>
/// <param name="RetryAfter">Header, seconds or a date.</param>
/// <param name="AfterDoing">Whether the request is carried out first, and only its answer is replaced.</param>
public sealed record CannedAnswer(int Status, string Code = "", string? RetryAfter = null, bool AfterDoing = false);

/// <summary>
/// Azure Resource Manager on loopback, as far as container groups go: https://learn.microsoft.com/rest/api/container-instances.
/// Each group's container is the real runner as a process of its own.
/// </summary>
public sealed partial class LoopbackArmServer : IAsyncDisposable
{
    public const string Subscription = "11111111-2222-3333-4444-555555555555";
    public const string ResourceGroup = "perfgate-runners";
    private const string Provider =
        $"/subscriptions/{Subscription}/resourceGroups/{ResourceGroup}/providers/Microsoft.ContainerInstance";
    private const int PageSize = 2;

    private readonly WebApplication _app;
    private readonly ConcurrentDictionary<string, LoopbackGroup> _groups = new();
    private readonly ConcurrentQueue<(string Method, CannedAnswer Answer)> _canned = new();

    private LoopbackArmServer(WebApplication app) => _app = app;

    public Uri Endpoint => new(_app.Urls.First());

    /// <summary>No connection lives long enough for an answer.</summary>
    public bool IsDown { get; set; }

    /// <summary>Sees each request as <see cref="Requests"/> tells it, before it is carried out; false cuts the connection.</summary>
    public Func<string, bool> OnRequest { get; set; } = static _ => true;

    /// <summary>What becomes of groups, by region; a region that is not here has room.</summary>
    public ConcurrentDictionary<string, GroupFate> Fates { get; } = new();

    /// <summary>From acceptance to the container's start.</summary>
    public TimeSpan ProvisioningTime { get; set; } = TimeSpan.FromMilliseconds(100);

    /// <summary>From the acceptance of a deletion to the group's end.</summary>
    public TimeSpan DeletionTime { get; set; } = TimeSpan.Zero;

    /// <summary>Requests as they came: method, space, last part of the path.</summary>
    public ConcurrentQueue<string> Requests { get; } = new();

    public ICollection<LoopbackGroup> Groups => _groups.Values;

    public static async Task<LoopbackArmServer> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.UseUrls("http://127.0.0.1:0");
        var server = new LoopbackArmServer(builder.Build());
        server.Map();
        await server._app.StartAsync();
        return server;
    }

    /// <summary>The next request of a method gets this answer.</summary>
    public void AnswerNext(string method, CannedAnswer answer) => _canned.Enqueue((method, answer));

    /// <summary>The group goes, and nobody asked PerfGate.</summary>
    public async Task DeleteBehindTheBackAsync(LoopbackGroup group)
    {
        _groups.TryRemove(group.Name, out _);
        await group.DisposeAsync();
    }

    public async ValueTask DisposeAsync()
    {
        await _app.DisposeAsync();
        foreach (var group in Groups)
        {
            group.IsDeleting = true;
            await group.DisposeAsync();
        }
    }

    private void Map()
    {
        _app.Use(InterveneAsync);
        _app.MapPut($"{Provider}/containerGroups/{{name}}", PutAsync);
        _app.MapGet($"{Provider}/containerGroups/{{name}}", Get);
        _app.MapDelete($"{Provider}/containerGroups/{{name}}", DeleteAsync);
        _app.MapGet($"{Provider}/containerGroups", List);
        _app.MapGet($"{Provider}/containerGroups/{{name}}/containers/runner/logs", Logs);
    }

    private async Task InterveneAsync(HttpContext context, RequestDelegate next)
    {
        if (IsDown)
        {
            context.Abort();
            return;
        }
        if (context.Request.Query["api-version"] != "2023-05-01")
        {
            await Refused(400, "InvalidApiVersionParameter", "The api-version is invalid.").ExecuteAsync(context);
            return;
        }
        var request = $"{context.Request.Method} {context.Request.Path.Value!.Split('/')[^1]}";
        Requests.Enqueue(request);
        if (!OnRequest(request))
        {
            context.Abort();
            return;
        }
        if (
            !_canned.TryPeek(out var canned)
            || canned.Method != context.Request.Method
            || !_canned.TryDequeue(out canned)
        )
        {
            await next(context);
            return;
        }
        if (canned.Answer.AfterDoing)
        {
            context.Response.Body = Stream.Null;
            await next(context);
        }
        if (canned.Answer.Status == 0)
        {
            context.Abort();
            return;
        }
        if (canned.Answer.RetryAfter is { } wait)
        {
            context.Response.Headers.RetryAfter = wait;
        }
        await Refused(canned.Answer.Status, canned.Answer.Code, "Said by the test.").ExecuteAsync(context);
    }

    private async Task<IResult> PutAsync(string name, HttpRequest request)
    {
        var definition = (await JsonNode.ParseAsync(request.Body))!.AsObject();
        if (Invalid(name, definition) is { } invalid)
        {
            return invalid;
        }
        var location = (string)definition["location"]!;
        if (_groups.TryGetValue(name, out var existing))
        {
            return await UpdateAsync(existing, definition, location);
        }
        var fate = Fates.GetValueOrDefault(location, GroupFate.Runs);
        switch (fate)
        {
            case GroupFate.RefusedForCapacity:
                return Refused(409, "ServiceUnavailable", LoopbackGroup.NoCapacity(location));
            case GroupFate.RefusedForQuota:
                return Refused(
                    409,
                    "ContainerGroupQuotaReached",
                    "Resource type 'Microsoft.ContainerInstance/containerGroups' container group quota 'StandardCores' "
                        + $"exceeded in region '{location}'. Limit: '10', Usage: '10' Requested: '2'."
                );
            case GroupFate.RefusedForImage:
                return Refused(
                    400,
                    "InaccessibleImage",
                    $"The image '{(string)definition["properties"]!["containers"]![0]!["properties"]!["image"]!}' in "
                        + $"container group '{name}' is not accessible. Please check the image and registry credential."
                );
        }
        var group = new LoopbackGroup($"{Provider}/containerGroups/{name}", name, definition, fate);
        _groups[name] = group;
        _ = group.ProvisionAsync(ProvisioningTime);
        request.HttpContext.Response.Headers["Azure-AsyncOperation"] = OperationUrl(location);
        return Results.Json(group.View(withInstanceView: false), statusCode: 201);
    }

    private static async Task<IResult> UpdateAsync(LoopbackGroup group, JsonObject definition, string location)
    {
        if (group.IsDeleting)
        {
            return Refused(
                409,
                "ContainerGroupTransitioning",
                $"The container group '{group.Name}' is still transitioning, please retry later."
            );
        }
        if (group.Location != location)
        {
            return Refused(409, "InvalidResourceLocation", $"The resource '{group.Name}' already exists elsewhere.");
        }
        if (!JsonNode.DeepEquals(group.Definition, definition))
        {
            // What changes in a group starts its container again.
            await group.DisposeAsync();
            group.Definition = definition;
            group.Start();
        }
        return Results.Json(group.View(withInstanceView: false));
    }

    private IResult Get(string name) =>
        _groups.TryGetValue(name, out var group) ? Results.Json(group.View(withInstanceView: true)) : NotFound(name);

    private async Task<IResult> DeleteAsync(string name, HttpContext context)
    {
        if (!_groups.TryGetValue(name, out var group))
        {
            return Results.NoContent();
        }
        group.IsDeleting = true;
        await group.DisposeAsync();
        _ = RemoveAsync(name);
        context.Response.Headers["Azure-AsyncOperation"] = OperationUrl(group.Location);
        return Results.Accepted();
    }

    private async Task RemoveAsync(string name)
    {
        await Task.Delay(DeletionTime);
        _groups.TryRemove(name, out _);
    }

    private IResult List(HttpRequest request)
    {
        var skip = int.Parse((string?)request.Query["$skiptoken"] ?? "0", CultureInfo.InvariantCulture);
        var ordered = Groups.OrderBy(group => group.Name, StringComparer.Ordinal).ToArray();
        var page = new JsonObject
        {
            ["value"] = new JsonArray([
                .. ordered.Skip(skip).Take(PageSize).Select(group => group.View(withInstanceView: false)),
            ]),
        };
        if (skip + PageSize < ordered.Length)
        {
            page["nextLink"] = FormattableString.Invariant(
                $"{Endpoint}{Provider[1..]}/containerGroups?api-version=2023-05-01&$skiptoken={skip + PageSize}"
            );
        }
        return Results.Json(page);
    }

    private IResult Logs(string name, int? tail)
    {
        if (!_groups.TryGetValue(name, out var group))
        {
            return NotFound(name);
        }
        var lines = group.Printed.Split('\n').TakeLast(tail ?? int.MaxValue);
        return Results.Json(new JsonObject { ["content"] = string.Join('\n', lines) });
    }

    private string OperationUrl(string location) =>
        $"{Endpoint}subscriptions/{Subscription}/providers/Microsoft.ContainerInstance/locations/{location}/operations/{Guid.NewGuid()}";

    private static IResult? Invalid(string name, JsonObject definition)
    {
        var container = definition["properties"]?["containers"]?[0];
        var problem =
            !NamePattern().IsMatch(name) || name.Length > 63 ? "the container group's name"
            : definition["location"] is null ? "location"
            : (string?)definition["properties"]?["osType"] != "Linux" ? "osType"
            : (string?)definition["properties"]?["restartPolicy"] is not ("Never" or "OnFailure" or "Always")
                ? "restartPolicy"
            : container?["name"] is not { } named || !NamePattern().IsMatch((string)named!) ? "the container's name"
            : container["properties"]?["image"] is null ? "image"
            : (double?)container["properties"]?["resources"]?["requests"]?["cpu"] is not (>= 1 and <= 31) ? "cpu"
            : (double?)container["properties"]?["resources"]?["requests"]?["memoryInGB"] is not (>= 1 and <= 240)
                ? "memoryInGB"
            : null;
        return problem is null
            ? null
            : Refused(400, "InvalidRequestContent", $"The request content is invalid: {problem}.");
    }

    private static IResult NotFound(string name) =>
        Refused(
            404,
            "ResourceNotFound",
            $"The Resource 'Microsoft.ContainerInstance/containerGroups/{name}' was not found."
        );

    private static IResult Refused(int status, string code, string message) =>
        Results.Json(
            new JsonObject
            {
                ["error"] = new JsonObject { ["code"] = code, ["message"] = message },
            },
            statusCode: status
        );

    [GeneratedRegex("^[a-z0-9]([a-z0-9]|-(?!-))*[a-z0-9]$")]
    private static partial Regex NamePattern();
}
