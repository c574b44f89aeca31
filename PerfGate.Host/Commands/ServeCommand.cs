using System.CommandLine;
using PerfGate.Adapters.Http;
using PerfGate.Adapters.Postgres;
using PerfGate.Core.Requests;
using PerfGate.Host.Client;
using PerfGate.Host.Server;
using PerfGate.Host.Terminal;

namespace PerfGate.Host.Commands;

/// <summary><c>perfgate serve</c>: the server of one machine, until it is stopped.</summary>
public static class ServeCommand
{
    /// <summary>Folder of everything PerfGate keeps: database, artifacts, signing key.</summary>
    public static readonly Option<string> DataFolder = new("--data")
    {
        Description = "Folder of everything PerfGate keeps: database, artifacts, signing key.",
        DefaultValueFactory = _ => ".perfgate",
    };

    /// <summary>Which load engine to use.</summary>
    public static readonly Option<string> Engine = new("--engine")
    {
        Description = "auto (k6 on PATH, else the embedded engine), k6, embedded, or a path to a k6 binary.",
        DefaultValueFactory = _ => "auto",
    };

    private static readonly Option<string> Urls = new("--urls")
    {
        Description = "Where to listen.",
        DefaultValueFactory = _ => "http://127.0.0.1:5080",
    };

    private static readonly Option<string?> Postgres = new("--postgres")
    {
        Description = "Connection string of a PostgreSQL to use instead of a private one.",
    };

    private static readonly Option<string?> PostgresOwner = new("--postgres-owner")
    {
        Description =
            "The same PostgreSQL as whoever owns the schema: migrates, and grants --postgres what it needs and no more.",
    };

    /// <summary>What the password of a PostgreSQL is.</summary>
    public static readonly Option<string> PostgresAuthentication = new("--postgres-authentication")
    {
        Description =
            "password (in the connection string), or entra: tokens of this machine's Entra identity are the password.",
        DefaultValueFactory = _ => EntraLogin.Password,
    };

    private static readonly Option<Uri?> Authority = new("--authority")
    {
        Description =
            "Identity provider whose tokens are believed, such as https://login.microsoftonline.com/TENANT/v2.0; without it those of perfgate token.",
    };

    private static readonly Option<string?> Audience = new("--audience")
    {
        Description = "Whom its tokens must be for: PerfGate's application id there.",
    };

    private static readonly Option<string> Runners = new("--runners")
    {
        Description =
            "Where the load is made: processes (on this machine), or containers (Azure container groups, set up by PerfGate__Containers__* in the environment).",
        DefaultValueFactory = _ => "processes",
    };

    /// <summary>The command.</summary>
    public static Command Create()
    {
        OptionForms.MustBeOneOf(Runners, "processes", "containers");
        OptionForms.MustBeOneOf(PostgresAuthentication, EntraLogin.Password, EntraLogin.Entra);
        Urls.Validators.Add(result =>
        {
            var text = result.GetValue(Urls)!;
            if (!text.Split(';').All(IsListenable))
            {
                result.AddError(
                    $"--urls is \"{text}\"; it must be http or https URLs without a path, separated by ;, such as http://127.0.0.1:5080 or http://*:80."
                );
            }
        });
        foreach (var option in new[] { Postgres, PostgresOwner })
        {
            option.Validators.Add(result =>
            {
                if (result.GetValue(option) is { } text && !IsConnectionString(text))
                {
                    // The value may hold a password: it is not repeated.
                    result.AddError(
                        $"{option.Name} is no connection string; it must be like \"Host=db;Database=perfgate;Username=perfgate\"."
                    );
                }
            });
        }
        Authority.Validators.Add(result =>
        {
            if (result.GetValue(Authority) is { } address && !IsIssuer(address))
            {
                result.AddError(
                    $"--authority is \"{address}\"; it must be an absolute https URL (http on loopback only), such as https://login.microsoftonline.com/TENANT/v2.0."
                );
            }
        });
        var command = new Command("serve", "Serve the API on this machine.")
        {
            Urls,
            DataFolder,
            Engine,
            Postgres,
            PostgresOwner,
            PostgresAuthentication,
            Runners,
            Authority,
            Audience,
        };
        command.Validators.Add(result =>
        {
            if (result.GetValue(PostgresOwner) is not null && result.GetValue(Postgres) is null)
            {
                result.AddError("--postgres-owner goes with --postgres: a private PostgreSQL has both by itself.");
            }
            if (result.GetValue(Authority) is null != result.GetValue(Audience) is null)
            {
                result.AddError(
                    "--authority and --audience go together: whose tokens are believed, and for whom they are."
                );
            }
        });
        command.SetAction(ServeAsync);
        return command;
    }

    private static async Task<int> ServeAsync(ParseResult parsed, CancellationToken cancellation)
    {
        var folder = Path.GetFullPath(parsed.GetValue(DataFolder)!);
        var setup = parsed.GetValue(Runners) == "containers" ? ReadContainers() : null;
        await using var gate = await GateServer.StartAsync(
            new GateServerOptions
            {
                DataFolder = folder,
                Urls = parsed.GetValue(Urls)!,
                Engine = parsed.GetValue(Engine)!,
                PostgresConnectionString = parsed.GetValue(Postgres),
                PostgresOwner = parsed.GetValue(PostgresOwner),
                PostgresByEntra = IsByEntra(parsed, Postgres),
                Containers = setup?.Containers,
                BlobConnectionString = setup?.BlobConnectionString,
                BlobServiceUrl = setup?.BlobServiceUrl,
                Issuer = parsed.GetValue(Authority) is { } authority
                    ? new TrustedIssuer(authority, parsed.GetValue(Audience)!)
                    : null,
                Telemetry = TelemetryChoice.OfEnvironment(),
                Admission = AdmissionChoice.OfEnvironment(setup),
                Retention = RetentionChoice.OfEnvironment(),
            },
            cancellation
        );
        using var left = await ServerAddress.LeaveAsync(folder, gate.Address, cancellation);
        new Screen(parsed.GetValue(CommandLine.Json)).Result(
            new
            {
                address = gate.Address,
                dataFolder = folder,
                processId = Environment.ProcessId,
            },
            _ =>
            {
                Console.Out.WriteLine($"PerfGate listens on {gate.Address}");
                Console.Out.WriteLine(
                    parsed.GetValue(Authority) is { } issuer
                        ? $"Tokens for it are given by {issuer}"
                        : "A token for it: perfgate token"
                );
            }
        );
        await gate.WaitForShutdownAsync(cancellation);
        return ExitCodes.Ok;
    }

    /// <summary>Whether Entra tokens are the password of the PostgreSQL that an option names.</summary>
    /// <exception cref="UsageException">The option's connection string cannot be used with them.</exception>
    public static bool IsByEntra(ParseResult parsed, Option<string?> connection)
    {
        if (parsed.GetValue(PostgresAuthentication) != EntraLogin.Entra)
        {
            return false;
        }
        var problems = parsed.GetValue(connection) is { } named
            ? EntraLogin.Problems(named, connection.Name)
            : [new FieldError(connection.Name, "is absent", "the PostgreSQL that takes Entra tokens")];
        return UsageException.Unless(problems, true);
    }

    private static ContainerSetup ReadContainers()
    {
        var (setup, problems) = ContainerSetup.Read(ProcessSettings.Read());
        return UsageException.Unless(problems, setup);
    }

    // A star or a plus listens everywhere.
    private static bool IsListenable(string url) =>
        Uri.TryCreate(
            url.Replace("://*", "://0.0.0.0").Replace("://+", "://0.0.0.0"),
            UriKind.Absolute,
            out var address
        )
        && (address.Scheme is "http" or "https")
        && address.PathAndQuery == "/";

    private static bool IsIssuer(Uri address) =>
        address.IsAbsoluteUri && (address.Scheme == "https" || (address.Scheme == "http" && address.IsLoopback));

    private static bool IsConnectionString(string text)
    {
        try
        {
            return new Npgsql.NpgsqlConnectionStringBuilder(text).Host is { Length: > 0 };
        }
        catch (Exception unreadable) when (unreadable is ArgumentException or FormatException)
        {
            return false;
        }
    }
}
