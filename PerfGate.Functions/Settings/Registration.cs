using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.Extensions.DependencyInjection;
using PerfGate.Adapters;
using PerfGate.Adapters.Http;
using PerfGate.Functions.Http;
using PerfGate.Functions.Orchestration;

namespace PerfGate.Functions.Settings;

/// <summary>Puts the function app together.</summary>
public static class Registration
{
    /// <summary>Registers all that the functions need.</summary>
    /// <param name="services">Where.</param>
    /// <param name="settings">How the app is set up.</param>
    /// <param name="believe">Sets which tokens are believed.</param>
    public static IServiceCollection AddPerfGateFunctions(
        this IServiceCollection services,
        FunctionsSettings settings,
        Action<JwtBearerOptions> believe
    )
    {
        services.AddSingleton(settings);
        services.AddPerfGate(settings.PerfGate);
        services.AddTelemetry(settings);
        services.AddGuard(believe);
        services.AddRouting();
        services.AddSingleton<ApiPipeline>();
        services.AddScoped<Api>();
        services.AddScoped<InvocationClient>();
        services.AddScoped<DurableRunStarter>();
        services.AddScoped<IRunStarter>(provider => provider.GetRequiredService<DurableRunStarter>());
        services.AddScoped<RunRecovery>();
        services.AddHostedService<MigrationAtStart>();
        services.AddHostedService<ApiAtStart>();
        return services;
    }
}
