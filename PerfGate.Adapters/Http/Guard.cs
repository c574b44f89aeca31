using Microsoft.AspNetCore.Authentication.JwtBearer;
using Microsoft.AspNetCore.Authorization;
using Microsoft.Extensions.DependencyInjection;

namespace PerfGate.Adapters.Http;

/// <summary>Who may ask: bearer tokens, and nobody without one unless a route says so itself. The same in both hosts.</summary>
public static class Guard
{
    /// <summary>Registers it.</summary>
    /// <param name="services">Where.</param>
    /// <param name="believe">Sets which tokens are believed.</param>
    public static IServiceCollection AddGuard(this IServiceCollection services, Action<JwtBearerOptions> believe)
    {
        services
            .AddAuthentication(JwtBearerDefaults.AuthenticationScheme)
            .AddJwtBearer(bearer =>
            {
                bearer.MapInboundClaims = false;
                believe(bearer);
            });
        services.AddSingleton<IAuthorizationHandler, PermissionHandler>();
        services.AddSingleton<IAuthorizationMiddlewareResultHandler, RefusalAnswers>();
        services.AddSingleton<Strangers>();
        services.AddHostedService(provider => provider.GetRequiredService<Strangers>());
        // Deny by default: an endpoint is open only where it says so itself.
        services
            .AddAuthorizationBuilder()
            .SetFallbackPolicy(new AuthorizationPolicyBuilder().RequireAuthenticatedUser().Build());
        return services;
    }
}
