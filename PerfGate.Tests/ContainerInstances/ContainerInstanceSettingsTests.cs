using Azure.Core;
using Azure.Core.Pipeline;
using Microsoft.Extensions.Configuration;
using PerfGate.Adapters.ContainerInstances;
using PerfGate.Core.Requests;

namespace PerfGate.Tests.ContainerInstances;

public sealed class ContainerInstanceSettingsTests
{
    private static readonly Dictionary<string, string?> Good = new()
    {
        ["PerfGate:Containers:SubscriptionId"] = "11111111-2222-3333-4444-555555555555",
        ["PerfGate:Containers:ResourceGroup"] = "perfgate",
        ["PerfGate:Containers:Regions"] = "westeurope; northeurope",
        ["PerfGate:Containers:Image"] = "perfgate.azurecr.io/runner:1.2.0",
        ["PerfGate:Containers:Cpu"] = "1.5",
        ["PerfGate:Containers:StartTimeout"] = "5m",
    };

    [Fact]
    public void Settings_become_options_and_the_rest_has_defaults()
    {
        var (options, problems) = Read(Good);

        Assert.Empty(problems);
        Assert.Equal(["westeurope", "northeurope"], options.Regions.Select(region => region.Name));
        Assert.Equal((1.5, 4), (options.Cpu, options.MemoryGb));
        Assert.Equal(TimeSpan.FromMinutes(5), options.StartTimeout);
        Assert.Equal("perfgate.azurecr.io", options.RegistryServer);
        Assert.Equal("https://management.azure.com/", options.Endpoint.AbsoluteUri);
    }

    [Fact]
    public void An_environment_may_have_subnets_of_its_own()
    {
        static string Subnet(string name) =>
            $"/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/g/providers/Microsoft.Network/virtualNetworks/v/subnets/{name}";
        var settings = new Dictionary<string, string?>(Good)
        {
            ["PerfGate:Containers:SubnetIds"] = $"{Subnet("a")};{Subnet("b")}",
            ["PerfGate:Environments:Production:SubnetIds"] = $"{Subnet("pa")};{Subnet("pb")}",
        };

        var (options, problems) = Read(settings);
        settings["PerfGate:Environments:Production:SubnetIds"] = Subnet("pa");
        var tooFew = Read(settings).Problems;
        settings["PerfGate:Environments:Production:SubnetIds"] = "a;b";
        var wrong = Read(settings).Problems;

        Assert.Empty(problems);
        Assert.Equal(
            [Subnet("a"), Subnet("b"), Subnet("pa"), Subnet("pb")],
            new[] { TargetEnvironment.Staging, TargetEnvironment.Production }.SelectMany(environment =>
                options.Regions.Select(region => region.SubnetOf(environment)!)
            )
        );
        Assert.Equal("PerfGate__Environments__Production__SubnetIds", Assert.Single(tooFew).Field);
        Assert.All(wrong, one => Assert.Equal("PerfGate__Environments__Production__SubnetIds", one.Field));
        Assert.Equal(2, wrong.Count);
    }

    [Theory]
    [InlineData("runner", null)]
    [InlineData("library/runner", null)]
    [InlineData("localhost:5000/runner", "localhost:5000")]
    public void A_registry_is_named_by_the_first_part_of_an_image(string image, string? server) =>
        Assert.Equal(server, (Read(Good).Options with { Image = image }).RegistryServer);

    [Fact]
    public void Everything_that_is_wrong_is_said_at_once_by_the_settings_names()
    {
        var problems = Read(
            new()
            {
                ["PerfGate:Containers:SubscriptionId"] = "mine",
                ["PerfGate:Containers:Regions"] = "West Europe",
                ["PerfGate:Containers:SubnetIds"] = "a;b",
                ["PerfGate:Containers:Image"] = "https://perfgate.azurecr.io/runner",
                ["PerfGate:Containers:IdentityId"] = "/subscriptions/s",
                ["PerfGate:Containers:Cpu"] = "64",
                ["PerfGate:Containers:MemoryGb"] = "much",
                ["PerfGate:Containers:StartTimeout"] = "1s",
                ["PerfGate:Containers:Patience"] = "8m",
                ["PerfGate:Containers:Endpoint"] = "http://management.example",
            }
        ).Problems;

        Assert.Equal(
            [
                "Cpu",
                "Endpoint",
                "IdentityId",
                "Image",
                "MemoryGb",
                "Patience",
                "Regions",
                "ResourceGroup",
                "StartTimeout",
                "SubnetIds",
                "SubscriptionId",
            ],
            problems.Select(problem => problem.Field.Replace("PerfGate__Containers__", "")).Order()
        );
        Assert.Contains("1 to 31 cores", problems.Single(problem => problem.Field.EndsWith("Cpu")).Allowed);
    }

    [Fact]
    public async Task Resource_manager_is_asked_with_a_token_for_its_audience()
    {
        var requests = new List<HttpRequestMessage>();
        using var client = new HttpClient(new Recorder(requests));
        var credential = new OneToken();
        var options = Read(Good).Options with { Endpoint = new Uri("https://management.example") };
        var groups = new ContainerGroupsClient(
            options,
            credential,
            TimeProvider.System,
            new HttpClientTransport(client)
        );

        await groups.GetAsync("perfgate-x-0", TimeSpan.Zero, CancellationToken.None);

        var asked = Assert.Single(requests);
        Assert.Equal("Bearer the-token", asked.Headers.Authorization!.ToString());
        Assert.Equal(["https://management.azure.com//.default"], credential.Scopes);
        Assert.Equal(
            "/subscriptions/11111111-2222-3333-4444-555555555555/resourceGroups/perfgate/providers/"
                + "Microsoft.ContainerInstance/containerGroups/perfgate-x-0?api-version=2023-05-01",
            asked.RequestUri!.PathAndQuery
        );
    }

    private static (ContainerInstanceOptions Options, IReadOnlyList<Core.Requests.FieldError> Problems) Read(
        Dictionary<string, string?> settings
    ) => ContainerInstanceSettings.Read(new ConfigurationBuilder().AddInMemoryCollection(settings).Build());

    private sealed class Recorder(List<HttpRequestMessage> requests) : HttpMessageHandler
    {
        protected override Task<HttpResponseMessage> SendAsync(
            HttpRequestMessage request,
            CancellationToken cancellationToken
        )
        {
            requests.Add(request);
            return Task.FromResult(new HttpResponseMessage(System.Net.HttpStatusCode.NotFound));
        }
    }

    private sealed class OneToken : TokenCredential
    {
        public List<string> Scopes { get; } = [];

        public override AccessToken GetToken(TokenRequestContext requestContext, CancellationToken cancellationToken)
        {
            Scopes.AddRange(requestContext.Scopes);
            return new AccessToken("the-token", TimeProvider.System.GetUtcNow().AddHours(1));
        }

        public override ValueTask<AccessToken> GetTokenAsync(
            TokenRequestContext requestContext,
            CancellationToken cancellationToken
        ) => new(GetToken(requestContext, cancellationToken));
    }
}
