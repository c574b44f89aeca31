using System.Globalization;
using System.Text.Json;
using Azure;
using Azure.Core;
using Azure.Core.Pipeline;
using Azure.Identity;
using Azure.ResourceManager;

namespace PerfGate.Adapters.ContainerInstances;

/// <summary>
/// The REST API of container groups, as much of it as PerfGate uses, over the pipeline of Azure.Core: PUT, GET, DELETE, list, logs.
/// Source: https://learn.microsoft.com/rest/api/container-instances/container-groups.
/// </summary>
public sealed class ContainerGroupsClient
{
    /// <summary>Version of the API.</summary>
    public const string ApiVersion = "2023-05-01";

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(1);
    private static readonly TimeSpan LongestPause = TimeSpan.FromSeconds(30);

    private readonly ContainerInstanceOptions _options;
    private readonly TimeProvider _time;
    private readonly HttpPipeline _pipeline;

    /// <summary>A client.</summary>
    /// <param name="options">Where the groups are.</param>
    /// <param name="credential">PerfGate's identity.</param>
    /// <param name="time">The clock.</param>
    /// <param name="transport">How requests travel; null for the SDK's way.</param>
    public ContainerGroupsClient(
        ContainerInstanceOptions options,
        TokenCredential credential,
        TimeProvider time,
        HttpPipelineTransport? transport = null
    )
    {
        _options = options;
        _time = time;
        var environment = new ArmEnvironment(options.Endpoint, options.Audience);
        var client = new ArmClientOptions { Environment = environment };
        if (transport is not null)
        {
            client.Transport = transport;
        }
        client.Diagnostics.ApplicationId = "PerfGate";
        client.Retry.NetworkTimeout = TimeSpan.FromSeconds(30);
        // Repeated here, by the clock that is given and with an end: the SDK would sleep as long as Retry-After says.
        client.Retry.MaxRetries = 0;
        _pipeline = HttpPipelineBuilder.Build(
            client,
            [],
            // An emulator on this machine is sent no token.
            options.Endpoint.IsLoopback
                ? []
                : [new BearerTokenAuthenticationPolicy(credential, environment.DefaultScope)],
            new ResponseClassifier()
        );
    }

    /// <summary>Creates a group, or leaves one of the same definition as it is. Answers before it runs.</summary>
    public Task<ArmAnswer> PutAsync(string name, BinaryData group, TimeSpan patience, CancellationToken cancellation) =>
        SendAsync(RequestMethod.Put, UrlOf(name), group, patience, cancellation);

    /// <summary>A group with its state and events.</summary>
    public Task<ArmAnswer> GetAsync(string name, TimeSpan patience, CancellationToken cancellation) =>
        SendAsync(RequestMethod.Get, UrlOf(name), null, patience, cancellation);

    /// <summary>Deletes a group; an absent one is no error. Answers before it is gone.</summary>
    public Task<ArmAnswer> DeleteAsync(string name, TimeSpan patience, CancellationToken cancellation) =>
        SendAsync(RequestMethod.Delete, UrlOf(name), null, patience, cancellation);

    /// <summary>All groups of the resource group, without their states, and the answer that ended the list.</summary>
    public async Task<(IReadOnlyList<ContainerGroup> Groups, ArmAnswer Last)> ListAsync(
        TimeSpan patience,
        CancellationToken cancellation
    )
    {
        var groups = new List<ContainerGroup>();
        var url = UrlOf(null);
        while (true)
        {
            var answer = await SendAsync(RequestMethod.Get, url, null, patience, cancellation);
            if (!answer.IsSuccess || answer.Body is not { } body)
            {
                return (groups, answer);
            }
            var page = body.Deserialize<ContainerGroupPage>(ContainerGroup.Json)!;
            groups.AddRange(page.Value);
            // Followed only on the same host: the token goes with it.
            if (page.NextLink is not { } next || next.Authority != url.Authority)
            {
                return (groups, answer);
            }
            url = next;
        }
    }

    /// <summary>The end of what a group's container printed; for people, and for as long as the group is there. Null where none.</summary>
    public async Task<string?> ReadLogAsync(string name, int lines, CancellationToken cancellation)
    {
        var path = FormattableString.Invariant($"{name}/containers/{ContainerGroupDefinition.Container}/logs");
        var url = new Uri(FormattableString.Invariant($"{UrlOf(path)}&tail={lines}"));
        var answer = await SendAsync(RequestMethod.Get, url, null, TimeSpan.Zero, cancellation);
        return answer.IsSuccess && answer.Body is { } body && body.TryGetProperty("content", out var content)
            ? content.GetString()
            : null;
    }

    private Uri UrlOf(string? rest)
    {
        var group = $"/subscriptions/{_options.SubscriptionId}/resourceGroups/{_options.ResourceGroup}";
        var path = $"{group}/providers/Microsoft.ContainerInstance/containerGroups{(rest is null ? "" : "/" + rest)}";
        return new Uri(_options.Endpoint, $"{path}?api-version={ApiVersion}");
    }

    /// <summary>Sends until there is an answer that another try would not change, or the patience is at its end.</summary>
    private async Task<ArmAnswer> SendAsync(
        RequestMethod method,
        Uri url,
        BinaryData? content,
        TimeSpan patience,
        CancellationToken cancellation
    )
    {
        var begun = _time.GetTimestamp();
        for (var pause = FirstPause; ; pause = pause * 2 < LongestPause ? pause * 2 : LongestPause)
        {
            var answer = await SendOnceAsync(method, url, content, cancellation);
            var wait = answer.RetryAfter ?? pause;
            if (!answer.IsTransient || _time.GetElapsedTime(begun) + wait > patience)
            {
                return answer;
            }
            await Task.Delay(wait, _time, cancellation);
        }
    }

    private async Task<ArmAnswer> SendOnceAsync(
        RequestMethod method,
        Uri url,
        BinaryData? content,
        CancellationToken cancellation
    )
    {
        using var message = _pipeline.CreateMessage();
        message.Request.Method = method;
        message.Request.Uri.Reset(url);
        message.Request.Headers.Add(HttpHeader.Common.JsonAccept);
        if (content is not null)
        {
            message.Request.Headers.Add(HttpHeader.Common.JsonContentType);
            message.Request.Content = RequestContent.Create(content);
        }
        try
        {
            await _pipeline.SendAsync(message, cancellation);
            return AnswerOf(message.Response);
        }
        catch (Exception away)
            when (away is RequestFailedException or AuthenticationFailedException or IOException
                || (away is OperationCanceledException && !cancellation.IsCancellationRequested)
            )
        {
            return new ArmAnswer(0, null, "", away.Message, null);
        }
    }

    private ArmAnswer AnswerOf(Response response)
    {
        JsonElement? body = null;
        try
        {
            var content = response.Content;
            body = content.ToMemory().IsEmpty ? null : content.ToObjectFromJson<JsonElement>();
        }
        catch (JsonException)
        {
            // A proxy's page, say.
        }
        var (code, message) = response.Status < 400 ? ("", "") : ErrorOf(body);
        return new ArmAnswer(response.Status, body, code, message, RetryAfterOf(response));
    }

    private static (string Code, string Message) ErrorOf(JsonElement? body) =>
        body is { ValueKind: JsonValueKind.Object } document
        && document.TryGetProperty("error", out var error)
        && error.ValueKind == JsonValueKind.Object
            ? (TextOf(error, "code"), TextOf(error, "message"))
            : ("", "");

    private static string TextOf(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String
            ? value.GetString()!
            : "";

    private TimeSpan? RetryAfterOf(Response response)
    {
        if (!response.Headers.TryGetValue("Retry-After", out var text))
        {
            return null;
        }
        var wait =
            int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var seconds)
                ? TimeSpan.FromSeconds(seconds)
            : DateTimeOffset.TryParse(text, CultureInfo.InvariantCulture, out var date) ? date - _time.GetUtcNow()
            : (TimeSpan?)null;
        return wait < TimeSpan.Zero ? TimeSpan.Zero : wait;
    }
}
