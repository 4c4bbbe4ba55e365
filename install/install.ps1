<#
.SYNOPSIS
Installs lifeblood for one user, without an administrator's rights, or takes it away again.

.DESCRIPTION
  powershell -ExecutionPolicy Bypass -File install.ps1 [FILE | URL]
  powershell -ExecutionPolicy Bypass -File install.ps1 -Uninstall

FILE or URL is a downloaded file, its address, or that of a folder (ends in /) that has it. Without one it takes what
lies beside this script. The file's SHA-256 sum is checked against FILE.sha256 or SHA256SUMS beside it, or against
-Sha256. -Prefix says where bin\lifeblood.exe goes. Uninstalling leaves farms, settings and keys.
#>
param(
	[Parameter(Position = 0)] [string] $Source = '',
	[string] $Sha256 = '',
	[string] $Prefix = (Join-Path $env:LOCALAPPDATA 'Programs\lifeblood'),
	[switch] $Uninstall
)
$ErrorActionPreference = 'Stop'
# Without it, Windows PowerShell takes minutes to download what curl has in seconds.
$ProgressPreference = 'SilentlyContinue'
$name = 'lifeblood-windows-x64.exe'
$bin = Join-Path $Prefix 'bin'
$program = Join-Path $bin 'lifeblood.exe'
$caches = Join-Path $env:LOCALAPPDATA 'lifeblood\program'

function Fail([string] $message) {
	[Console]::Error.WriteLine("install.ps1: $message")
	exit 1
}

function Get-UserPath {
	$path = [Environment]::GetEnvironmentVariable('Path', 'User')
	if ($path) { @($path -split ';' | Where-Object { $_ -ne '' }) } else { @() }
}

if ($Uninstall) {
	if (-not (Test-Path -LiteralPath $program)) {
		Fail "nothing is installed at $program; -Prefix says where else"
	}
	try {
		Remove-Item -LiteralPath $program
	} catch {
		Fail "$program cannot be removed while it runs: stop its scheduler, worker and viewers first"
	}
	Get-ChildItem -LiteralPath $bin -Filter 'lifeblood.exe.old-*' | Remove-Item -ErrorAction SilentlyContinue
	# What another copy runs from stays.
	if (Test-Path -LiteralPath $caches) { Remove-Item -LiteralPath $caches -Recurse -Force -ErrorAction SilentlyContinue }
	$kept = @(Get-UserPath | Where-Object { $_ -ne $bin })
	[Environment]::SetEnvironmentVariable('Path', ($kept -join ';'), 'User')
	Write-Output "lifeblood is gone from $program."
	Write-Output "Farms, settings and keys are still there, in $(Join-Path $env:APPDATA 'lifeblood') and $(Join-Path $env:LOCALAPPDATA 'lifeblood')."
	exit 0
}

if (-not [Environment]::Is64BitOperatingSystem) { Fail 'there is no executable for 32 bits' }
$work = Join-Path ([IO.Path]::GetTempPath()) ([Guid]::NewGuid())
New-Item -ItemType Directory -Path $work | Out-Null
try {
	if ($Source -eq '') { $Source = Join-Path $PSScriptRoot $name }
	$sums = ''
	if ($Source -match '^https?://') {
		[Net.ServicePointManager]::SecurityProtocol = [Net.ServicePointManager]::SecurityProtocol -bor [Net.SecurityProtocolType]::Tls12
		if ($Source.EndsWith('/')) { $Source += $name }
		$name = $Source.Substring($Source.LastIndexOf('/') + 1)
		$file = Join-Path $work $name
		Write-Output "downloading $Source"
		try {
			Invoke-WebRequest -UseBasicParsing -Uri $Source -OutFile $file
		} catch {
			Fail "$Source could not be downloaded"
		}
		if ($Sha256 -eq '') {
			$beside = $Source.Substring(0, $Source.LastIndexOf('/') + 1) + 'SHA256SUMS'
			foreach ($address in "$Source.sha256", $beside) {
				try {
					$list = Join-Path $work 'sums'
					Invoke-WebRequest -UseBasicParsing -Uri $address -OutFile $list
					$sums = Get-Content -LiteralPath $list -Raw
					break
				} catch {
					continue
				}
			}
		}
	} else {
		if (-not (Test-Path -LiteralPath $Source -PathType Leaf)) { Fail "there is no file $Source" }
		$file = (Resolve-Path -LiteralPath $Source).Path
		$name = Split-Path -Leaf $file
		$beside = Join-Path (Split-Path -Parent $file) 'SHA256SUMS'
		foreach ($list in "$file.sha256", $beside) {
			if ($sums -eq '' -and (Test-Path -LiteralPath $list)) { $sums = Get-Content -LiteralPath $list -Raw }
		}
	}

	if ($Sha256 -eq '') {
		foreach ($line in ($sums -split "`r?`n")) {
			$sum, $of = $line.Trim() -split '\s+\*?', 2
			if ($of -eq $name) { $Sha256 = $sum }
		}
		if ($Sha256 -eq '') { Fail "there is no sum to check $name by: give one with -Sha256" }
	}
	$found = (Get-FileHash -Algorithm SHA256 -LiteralPath $file).Hash
	# Letters of either case are the same to -ne.
	if ($found -ne $Sha256) {
		Fail "$name is damaged or not what was published: its SHA-256 sum is $($found.ToLower()), and $($Sha256.ToLower()) is expected; download it again"
	}

	New-Item -ItemType Directory -Force -Path $bin | Out-Null
	$fresh = Join-Path $bin 'lifeblood.new.exe'
	Copy-Item -LiteralPath $file -Destination $fresh -Force
	Unblock-File -LiteralPath $fresh
	$version = & $fresh --version
	if ($LASTEXITCODE -ne 0) {
		Remove-Item -LiteralPath $fresh
		Fail "$name does not run on this machine"
	}
	# Windows lets nobody replace a program that runs, but anybody rename it: a farm that runs goes on with the old file.
	Get-ChildItem -LiteralPath $bin -Filter 'lifeblood.exe.old-*' | Remove-Item -ErrorAction SilentlyContinue
	if (Test-Path -LiteralPath $program) {
		Rename-Item -LiteralPath $program -NewName "lifeblood.exe.old-$([Guid]::NewGuid())"
	}
	Move-Item -LiteralPath $fresh -Destination $program
} finally {
	Remove-Item -LiteralPath $work -Recurse -Force
}

$path = @(Get-UserPath)
if ($path -notcontains $bin) {
	[Environment]::SetEnvironmentVariable('Path', (($path + $bin) -join ';'), 'User')
	Write-Output 'Your PATH has it from the next window on.'
}
Write-Output "lifeblood $version is installed at $program."
Write-Output ''
Write-Output 'What to do next'
Write-Output '  lifeblood up         a farm on this machine alone, with the viewer in front'
Write-Output '  lifeblood scheduler  the scheduler of a farm; it prints how workers join it'
Write-Output '  lifeblood doctor     looks at this machine and says what is missing'
