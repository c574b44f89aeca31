using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Microsoft.AspNetCore.Http;
using Microsoft.DurableTask.Client;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Moq;
using PerfGate.Adapters.Http;
using PerfGate.Core.Admission;
using PerfGate.Core.Requests;
using PerfGate.Functions.Settings;
using PerfGate.Tests.Http;
using PerfGate.Tests.Support;

namespace PerfGate.Tests.Functions;

/// <summary>
/// The function app behind a real server that stands in for the Functions host: it knows the paths from the attributes alone,
/// and calls the functions as the worker does. Orchestrations are a mock's.
/// </summary>
public class FunctionsFixture(PostgresFixture postgres) : IAsyncLifetime
{
    private readonly string _folder = Path.Combine(Path.GetTempPath(), $"perfgate-functions-{Guid.NewGuid():N}");
    private IHost? _host;

    public Mock<DurableTaskClient> Durable { get; } = new("tests");

    public HttpClient Http { get; private set; } = null!;

    public string Token { get; private set; } = "";

    public HttpClient Anonymous { get; private set; } = null!;

    public async ValueTask InitializeAsync()
    {
        var settings = FunctionsSettings.Read(
            new ConfigurationBuilder()
                .AddInMemoryCollection(
                    new Dictionary<string, string?>
                    {
                        ["PerfGate:PostgresConnectionString"] = await postgres.CreateEmptyAsync(),
                        ["PerfGate:ArtifactFolder"] = Path.Combine(_folder, "artifacts"),
                        ["PerfGate:Auth:DataFolder"] = _folder,
                        ["PerfGate:Environments:Staging:Targets"] = "127.0.0.1;*.example;*.example.com",
                        ["PerfGate:Environments:Staging:AllowLoopback"] = "true",
                        ["PerfGate:Environments:Production:Targets"] = "127.0.0.1;*.example;*.example.com",
                        ["PerfGate:Environments:Production:AllowLoopback"] = "true",
                        ["NightlyEnduranceSchedule"] = "0 0 2 * * *",
                        ["StartDueTestsSchedule"] = "0 */5 * * * *",
                        ["SweepOrphanedRunnersSchedule"] = "0 */10 * * * *",
                        ["PurgeHistorySchedule"] = "0 30 3 * * *",
                    }
                )
                .AddInMemoryCollection(MoreSettings)
                .Build()
        );
        var believe = await settings.Tokens.LoadAsync(CancellationToken.None);
        _host = new HostBuilder()
            .ConfigureWebHost(web =>
                web.UseKestrel()
                    .UseUrls("http://127.0.0.1:0")
                    .ConfigureServices(services => services.AddLogging().AddPerfGateFunctions(settings, believe))
                    .Configure(app => app.UseRouting().UseEndpoints(Map))
            )
            .UseDefaultServiceProvider(provider => provider.ValidateScopes = provider.ValidateOnBuild = true)
            .Build();
        await _host.StartAsync();
        var address = _host
            .Services.GetRequiredService<IServer>()
            .Features.Get<IServerAddressesFeature>()!
            .Addresses.First();
        Anonymous = new HttpClient { BaseAddress = new Uri(address) };
        Http = new HttpClient { BaseAddress = new Uri(address) };
        var key = await LocalSigningKey.LoadOrCreateAsync(_folder, TimeProvider.System, CancellationToken.None);
        Token = key.IssueToken("somebody", Role.Admin, TimeSpan.FromHours(1));
        Http.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
    }

    /// <summary>Settings beside those that every app needs.</summary>
    protected virtual IReadOnlyDictionary<string, string?> MoreSettings => new Dictionary<string, string?>();

    /// <summary>What functions reach orchestrations through.</summary>
    protected virtual DurableTaskClient Client => Durable.Object;

    public IServiceProvider Services => _host!.Services;

    public async Task<(HttpResponseMessage Answer, JsonElement Body)> AskAsync(
        HttpMethod method,
        string path,
        object? body = null
    )
    {
        using var request = new HttpRequestMessage(method, path);
        request.Content = body is null ? null : JsonContent.Create(body, options: RunJson.Options);
        var answer = await Http.SendAsync(request, TestContext.Current.CancellationToken);
        await ApiContract.HoldAsync(answer);
        var json = await answer.Content.ReadAsByteArrayAsync(TestContext.Current.CancellationToken);
        return (answer, json.Length == 0 ? default : JsonSerializer.Deserialize<JsonElement>(json));
    }

    public virtual async ValueTask DisposeAsync()
    {
        GC.SuppressFinalize(this);
        Http.Dispose();
        Anonymous.Dispose();
        if (_host is not null)
        {
            await _host.StopAsync();
            _host.Dispose();
        }
        Directory.Delete(_folder, recursive: true);
    }

    private void Map(Microsoft.AspNetCore.Routing.IEndpointRouteBuilder routes)
    {
        foreach (var function in HttpFunction.All)
        {
            routes.MapMethods(
                function.Trigger.Route!,
                function.Trigger.Methods!,
                context => function.InvokeAsync(context, Client)
            );
        }
    }
}
