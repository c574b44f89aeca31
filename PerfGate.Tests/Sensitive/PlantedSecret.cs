namespace PerfGate.Tests.Sensitive;

/// <summary>Something nobody may be told, as a target, a script or an engine writes it.</summary>
/// <param name="Kind">What it is.</param>
/// <param name="Secret">What must be found nowhere.</param>
/// <param name="Text">Where it stands.</param>
/// <param name="Form">Whether its form alone gives it away: then it is refused in a request.</param>
public sealed record PlantedSecret(string Kind, string Secret, string Text, bool Form = false)
{
    private const string Key64 = "q7Rk2vXw9LmT4bNz8HcJ6sDf3GpY5aQe1UiOoPlKjHgFdSaZxCvBnM0tWyErTu2Q";

    /// <summary>Of all kinds that are known. Assembled here, so that no search for secrets finds them in this file.</summary>
    public static IReadOnlyList<PlantedSecret> All { get; } =
    [
        Formed("token (JWT)", "eyJhbGciOiJIUzI1NiJ9." + "eyJzdWIiOiIxMjM0NSJ9.c2lnbmF0dXJl"),
        new("bearer token", "opaque-bearer-7731", "Authorization: Bearer opaque-bearer-7731"),
        new("basic credential", "YW5uYTpodW50ZXIy", "authorization: Basic YW5uYTpodW50ZXIy"),
        new(
            "digest credential",
            "6629fae49393a053",
            "Authorization: Digest username=\"anna\", response=\"6629fae49393a053\""
        ),
        new(
            "signature of a request to AWS",
            "fe5f80f77d5fa3be",
            "Authorization: AWS4-HMAC-SHA256 Credential=x/20261124, SignedHeaders=host, Signature=fe5f80f77d5fa3be"
        ),
        new(
            "shared key of a request to Azure",
            "ctzMq410TV3wS7up",
            "Authorization: SharedKey account:ctzMq410TV3wS7upTBcunJTDLEJwMAZuFPfr0mrrA08="
        ),
        new("negotiated ticket", "YIIJvwYGKwYBBQUC", "WWW-Authenticate: Negotiate YIIJvwYGKwYBBQUC"),
        new(
            "private key",
            "MIIEowIBAAKCAQEA1c7",
            "-----BEGIN RSA " + "PRIVATE KEY-----\nMIIEowIBAAKCAQEA1c7\n-----END RSA " + "PRIVATE KEY-----",
            Form: true
        ),
        new(
            "private key of SSH, cut",
            "b3BlbnNzaC1rZXktdjEA",
            "-----BEGIN OPENSSH " + "PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEA",
            Form: true
        ),
        Formed("access key of AWS", "AKIA" + "IOSFODNN7EXAMPLE"),
        new(
            "secret key of AWS",
            "wJalrXUtnFEMI/K7MDENG",
            "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"
        ),
        new(
            "account key of Azure Storage",
            Key64[..40],
            "DefaultEndpointsProtocol=https;AccountName=x;AccountKey=" + Key64 + "==",
            Form: true
        ),
        new(
            "shared access signature",
            "b8Kq2LmNp4RsTv",
            "/photos/1.jpg?sv=2024-11-04&sig=b8Kq2LmNp4RsTvWxYz0123456789AbCdEf%3D",
            Form: true
        ),
        Formed("token of GitHub", "ghp" + "_" + Key64[..36]),
        Formed("fine-grained token of GitHub", "github" + "_pat_" + Key64[..22]),
        Formed("token of GitLab", "glpat" + "-" + Key64[..20]),
        Formed("token of Slack", "xoxb" + "-123456789012-abcdef"),
        new(
            "webhook of Slack",
            "T0AB12CD3",
            "posted to https://hooks.slack.com/services/" + "T0AB12CD3/B0EF45GH6/" + Key64[..24],
            Form: true
        ),
        Formed("live key of Stripe", "sk_live" + "_" + Key64[..24]),
        Formed("signing secret of a webhook", "whsec" + "_" + Key64[..32]),
        Formed("key of Google", "AIza" + Key64[..35]),
        Formed("access token of Google", "ya29" + "." + Key64[..40]),
        Formed("key of SendGrid", "SG." + Key64[..22] + "." + Key64[..43]),
        Formed("token of npm", "npm" + "_" + Key64[..36]),
        Formed("key of a language model", "sk-" + "proj-" + Key64[..40]),
        Formed("token of Vault", "hvs" + "." + Key64[..30]),
        new(
            "connection string",
            "gate-pass-4411",
            "Server=db.example;Database=shop;User Id=app;Password=gate-pass-4411",
            Form: true
        ),
        new(
            "URL with user and password",
            "url-pass-8812",
            "Get \"https://anna:url-pass-8812@shop.example/\": EOF",
            Form: true
        ),
        new("URL with a password alone", "redis-pass-31", "redis://:redis-pass-31@cache.example:6379/0", Form: true),
        new("URL with a token as its user", "usertoken9917", "cloning https://usertoken9917@git.example/shop.git"),
        new("query of a URL", "code-in-query-55", "Get \"https://shop.example/cb?code=code-in-query-55&x=1\": refused"),
        new("fragment of a URL", "frag-token-66", "redirected to https://shop.example/app#access_token=frag-token-66"),
        new("query of a redirect", "relative-code-77", "Location: /callback?state=relative-code-77"),
        new("session in a path", "3F9A2C1B8D", "GET /dashboard;jsessionid=3F9A2C1B8D HTTP/1.1"),
        new("cookie that is set", "setcookie-val-1", "Set-Cookie: sid=setcookie-val-1; Path=/; HttpOnly; Secure"),
        new("cookie that is sent", "sentcookie-val-2", "Cookie: theme=dark; supplier=sentcookie-val-2"),
        new("cookie in Go's words", "gocookie-val-3", "map[Cookie:[supplier=gocookie-val-3] Host:[x]]"),
        new("password in JSON", "json pass 4", "{\"user\":\"anna\",\"password\":\"json pass 4\"}"),
        new("password in JSON in a string", "nested-pass-5", "body: \"{\\\"newPassword\\\":\\\"nested-pass-5\\\"}\""),
        new("password in a form", "form-pass-6", "user=anna&password=form-pass-6&remember=1"),
        new("access token in JSON", "json-token-7", "{\"access_token\": \"json-token-7\", \"expires_in\": 3600}"),
        new("refresh token in JSON", "json-refresh-8", "{\"refreshToken\":\"json-refresh-8\"}"),
        new("key in a header", "header-key-9", "x-api-key: header-key-9"),
        new("key in a header of its own name", "header-key-10", "X-Supplier-Api-Key: header-key-10"),
        new("client secret", "cl~ient-sec.ret-11", "grant_type=client_credentials&client_secret=cl~ient-sec.ret-11"),
        new("token against forged requests", "csrf-value-12", "<input name=\"x\"> csrf_token=csrf-value-12"),
        new("secret of one-time passwords", "JBSWY3DPEHPK3PXP", "otpauth://totp/Shop:anna?secret=JBSWY3DPEHPK3PXP"),
        new("key that only looks like one", Key64[..44], "value " + Key64[..44] + " end"),
        new("e-mail address", "anna.muster@gmail.com", "mail for anna.muster@gmail.com bounced", Form: true),
        new("card number", "4539 1488 0343 6467", "paid with 4539 1488 0343 6467", Form: true),
        new("account number", "DE89 3704 0044 0532 0130 00", "IBAN DE89 3704 0044 0532 0130 00", Form: true),
        new("address in a private network", "10.20.30.40", "dial tcp 10.20.30.40:5432: i/o timeout"),
        new("address in a private IPv6 network", "fd12:3456:789a::7", "dial tcp [fd12:3456:789a::7]:443: refused"),
        new(
            "host in a private network",
            "db-primary.shop.internal",
            "lookup db-primary.shop.internal on port 53: no such host"
        ),
        new("what a pattern names", "WED-204117", "contract WED-204117 of the couple"),
    ];

    private static PlantedSecret Formed(string kind, string secret) =>
        new(kind, secret, $"got {secret} here", Form: true);
}
