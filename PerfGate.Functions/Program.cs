using Microsoft.Azure.Functions.Worker.Builder;
using Microsoft.Extensions.Hosting;
using PerfGate.Functions.Settings;

var builder = FunctionsApplication.CreateBuilder(args);
builder.ConfigureFunctionsWebApplication();
var settings = FunctionsSettings.Read(builder.Configuration);
builder.Services.AddPerfGateFunctions(settings, await settings.Tokens.LoadAsync(CancellationToken.None));
await builder.Build().RunAsync();
