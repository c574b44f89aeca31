using System.Net;
using System.Net.Http.Headers;
using System.Text.RegularExpressions;

namespace PerfGate.Tests.Demo;

public class SupplierTests
{
    [Theory]
    [InlineData(1)]
    [InlineData(1000)]
    public async Task A_supplier_logs_in_and_sees_a_dashboard(int supplier)
    {
        await using var platform = await RunningPlatform.StartAsync();

        using var answer = await platform.GetDashboardAsync(supplier);

        Assert.Equal(HttpStatusCode.OK, answer.StatusCode);
        Assert.Equal("application/json", answer.Content.Headers.ContentType!.MediaType);
        var dashboard = await RunningPlatform.JsonOf(answer);
        Assert.Equal(supplier, (int)dashboard["supplierId"]!);
        var bookings = dashboard["bookings"]!.AsArray();
        Assert.Equal(12, bookings.Count);
        Assert.Equal(
            bookings.Count(booking => (string)booking!["status"]! == "confirmed"),
            (int)dashboard["stats"]!["confirmed"]!
        );
        Assert.Equal(dashboard["enquiries"]!.AsArray().Count, (int)dashboard["stats"]!["openEnquiries"]!);
    }

    [Theory]
    [InlineData("supplier-1@suppliers.example.com", "wrong")]
    [InlineData("supplier-0@suppliers.example.com", "synthetic-password")]
    [InlineData("supplier-1001@suppliers.example.com", "synthetic-password")]
    [InlineData("supplier-1@example.com", "synthetic-password")]
    [InlineData("supplier-@suppliers.example.com", "synthetic-password")]
    [InlineData(null, null)]
    public async Task A_wrong_account_or_password_is_refused(string? email, string? password)
    {
        await using var platform = await RunningPlatform.StartAsync();

        using var answer = await platform.PostAsync("/api/suppliers/login", new { email, password });

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("demo-")]
    [InlineData("demo-1001")]
    [InlineData("something-1")]
    public async Task The_dashboard_is_shown_to_nobody_without_a_token(string? token)
    {
        await using var platform = await RunningPlatform.StartAsync();
        using var request = new HttpRequestMessage(HttpMethod.Get, "/api/suppliers/dashboard");
        request.Headers.Authorization = token is null ? null : new AuthenticationHeaderValue("Bearer", token);

        using var answer = await platform.Http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
    }

    [Fact]
    public async Task Every_start_shows_the_same_data_of_reserved_domains()
    {
        await using var first = await RunningPlatform.StartAsync();
        await using var second = await RunningPlatform.StartAsync();
        using var one = await first.GetDashboardAsync(17);
        using var other = await second.GetDashboardAsync(17);

        var text = await one.Content.ReadAsStringAsync(TestContext.Current.CancellationToken);

        Assert.Equal(text, await other.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
        var domains = Regex.Matches(text, "@([A-Za-z0-9.-]+)").Select(match => match.Groups[1].Value).ToArray();
        Assert.NotEmpty(domains);
        Assert.All(domains, domain => Assert.EndsWith(".example.com", domain, StringComparison.Ordinal));
    }
}
