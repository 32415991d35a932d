# Cài trợ lý chi bộ từ thư mục này, không cần Internet (Windows Server 2016 hoặc Windows 10 trở lên, 64 bit):
#   powershell -ExecutionPolicy Bypass -File install.ps1 [-Target C:\chibo] [-NoService]
# Chạy lại từ một bản mới hơn là nâng cấp: sao lưu trước, rồi thay chương trình; data và .env giữ nguyên.
# -NoService: chỉ cài, không tạo tác vụ tự khởi động.
param([string]$Target = "$env:SystemDrive\chibo", [switch]$NoService)

$ErrorActionPreference = 'Stop'
[Console]::OutputEncoding = [Text.Encoding]::UTF8
$env:PYTHONUTF8 = '1'
$Here = $PSScriptRoot

function Stop-Here([string]$Why) {
    Write-Host "! $Why"
    exit 1
}

# Chạy một lệnh; lệnh báo lỗi thì dừng với câu $Why.
function Invoke-Step([string]$Why, [string]$Program, [string[]]$Words) {
    & $Program @Words
    if ($LASTEXITCODE -ne 0) { Stop-Here $Why }
}

function Test-Bundle {
    foreach ($Line in [IO.File]::ReadAllLines("$Here\SHA256SUMS")) {
        $Hash, $Name = $Line -split '  ', 2
        $File = Join-Path $Here $Name
        if (-not (Test-Path -LiteralPath $File)) { return $false }
        if ((Get-FileHash -LiteralPath $File -Algorithm SHA256).Hash -ne $Hash) { return $false }
    }
    return $true
}

# Python 64 bit, cài cho mọi người dùng: dịch vụ không đọc được thư mục riêng của một người.
function Find-Python {
    if ($env:PYTHON) { return $env:PYTHON }
    if (-not (Get-Command py -ErrorAction SilentlyContinue)) { return $null }
    foreach ($Line in (& py -0p)) {
        if ($Line -match '-32' -or $Line -notmatch '3\.1[123]\b.*?([A-Za-z]:\\.*python\.exe)') { continue }
        $Found = $Matches[1]
        if ($Found -notlike "$env:SystemDrive\Users\*") { return $Found }
    }
    return $null
}

# Môi trường cài trọn vẹn từ đúng danh sách gói này, bằng đúng bản Python này.
function Test-Packages {
    $Kept = "$Target\.venv\requirements.txt"
    if (-not ((Test-Path $Own) -and (Test-Path $Kept))) { return $false }
    if ((Get-FileHash -LiteralPath $Kept).Hash -ne (Get-FileHash -LiteralPath "$Here\requirements.txt").Hash) { return $false }
    $Version = & $Python -c 'import platform; print(platform.python_version())'
    return [IO.File]::ReadAllLines("$Target\.venv\pyvenv.cfg") -contains "version = $Version"
}

if (-not [Environment]::Is64BitOperatingSystem) { Stop-Here 'Các gói kèm theo dành cho Windows 64 bit.' }
$Me = [Security.Principal.WindowsPrincipal][Security.Principal.WindowsIdentity]::GetCurrent()
if (-not $Me.IsInRole([Security.Principal.WindowsBuiltInRole]::Administrator)) {
    Stop-Here 'Cần quyền quản trị: mở PowerShell bằng “Run as administrator” rồi chạy lại.'
}

Write-Host '1/6 Kiểm tra thư mục cài…'
if (-not (Test-Bundle)) { Stop-Here 'Thư mục cài bị thiếu hoặc hỏng tệp: chép lại từ bản gốc.' }
$Python = Find-Python
if (-not $Python) {
    Stop-Here 'Cần Python 3.11, 3.12 hoặc 3.13 bản 64 bit, cài với “Install for all users”. Cách lấy: xem HUONG-DAN.txt.'
}
New-Item -ItemType Directory -Force -Path "$Target\data" | Out-Null
Set-Location $Target
$Own = "$Target\.venv\Scripts\python.exe"

Write-Host '2/6 Sao lưu dữ liệu đang có…'
if ((Test-Path "$Target\bot") -and (Test-Path $Own)) {
    $Copy = 'data\before-{0}-{1}.tar' -f (Get-Content "$Here\VERSION"), (Get-Date -Format 'yyyyMMdd-HHmmss')
    Invoke-Step 'Chưa sao lưu được, nên chưa thay gì. Đồng chí xem câu báo ở trên.' $Own @('-m', 'bot', 'backup', $Copy)
    Invoke-Step 'Bản sao lưu không nguyên vẹn, nên chưa thay gì.' $Own @('-m', 'bot', 'backup', '--check', $Copy)
    & "$Here\service.ps1" stop -Target $Target
} else {
    Write-Host '    chưa có gì: cài lần đầu.'
}

Write-Host "3/6 Chép chương trình vào ${Target}…"
foreach ($Name in 'bot', 'handlers', 'schedules', 'templates') {
    if (Test-Path "$Target\$Name") { Remove-Item -Recurse -Force "$Target\$Name" }
    Copy-Item -Recurse "$Here\$Name" "$Target\$Name"
}
foreach ($Name in 'requirements.txt', '.env.example', 'VERSION', 'run.cmd', 'service.ps1') { Copy-Item -Force "$Here\$Name" "$Target\$Name" }
if (-not (Test-Path "$Target\.env")) { Copy-Item "$Here\.env.example" "$Target\.env" }
# Chỉ hệ thống, người quản trị và dịch vụ (LOCAL SERVICE) đọc được; dịch vụ chỉ ghi vào data.
Invoke-Step 'Chưa đặt được quyền của thư mục.' icacls @($Target, '/quiet', '/inheritance:r', '/grant:r',
    '*S-1-5-18:(OI)(CI)F', '*S-1-5-32-544:(OI)(CI)F', '*S-1-5-19:(OI)(CI)RX')
Invoke-Step 'Chưa đặt được quyền của thư mục data.' icacls @("$Target\data", '/quiet', '/grant:r', '*S-1-5-19:(OI)(CI)M')

if (-not (Test-Packages)) {
    Write-Host '4/6 Cài các gói kèm theo…'
    Invoke-Step 'Chưa tạo được môi trường Python.' $Python @('-m', 'venv', '--clear', "$Target\.venv")
    Invoke-Step 'Chưa cài được các gói kèm theo.' $Own @('-m', 'pip', 'install', '--quiet', '--disable-pip-version-check',
        '--no-cache-dir', '--no-index', '--find-links', "$Here\wheels\windows", '--only-binary', ':all:',
        '--require-hashes', '-r', "$Here\requirements.txt")
    Copy-Item -Force "$Here\requirements.txt" "$Target\.venv\requirements.txt"
} else {
    Write-Host '4/6 Các gói đã cài đúng bản này: giữ nguyên.'
}
Invoke-Step 'Chương trình bị hỏng.' $Own @('-m', 'compileall', '-q', 'bot', 'handlers', 'schedules')

Write-Host '5/6 Tạo hoặc nâng cấp cơ sở dữ liệu, rồi kiểm tra…'
Invoke-Step "Cơ sở dữ liệu chưa dùng được. Đồng chí sửa $Target\.env theo câu báo ở trên rồi chạy lại." $Own @('-m', 'bot', 'migrate')
Invoke-Step "Đồng chí sửa $Target\.env theo các dòng ở trên rồi chạy lại." $Own @('-m', 'bot', 'check')

if ($NoService) {
    Write-Host '6/6 Không tạo tác vụ.'
    Write-Host "👉 Chạy: cd $Target; .venv\Scripts\python -m bot run; rồi làm tiếp theo HUONG-DAN.txt."
    exit 0
}

Write-Host '6/6 Tạo tác vụ chibo và khởi động…'
# Chạy khi máy bật; cứ mỗi phút lại thử, và lần thử bị bỏ qua khi chương trình đang chạy: dừng vì bất cứ lý do gì thì chạy lại trong một phút.
$Action = New-ScheduledTaskAction -Execute "$Target\run.cmd" -WorkingDirectory $Target
$Triggers = @(
    (New-ScheduledTaskTrigger -AtStartup),
    (New-ScheduledTaskTrigger -Once -At (Get-Date) -RepetitionInterval (New-TimeSpan -Minutes 1))
)
$Settings = New-ScheduledTaskSettingsSet -MultipleInstances IgnoreNew -ExecutionTimeLimit ([TimeSpan]::Zero) `
    -StartWhenAvailable -AllowStartIfOnBatteries -DontStopIfGoingOnBatteries
$Owner = New-ScheduledTaskPrincipal -UserId 'NT AUTHORITY\LOCAL SERVICE' -LogonType ServiceAccount
Register-ScheduledTask -TaskName chibo -Action $Action -Trigger $Triggers -Settings $Settings -Principal $Owner -Force | Out-Null
& "$Target\service.ps1" start
Write-Host "Xong. Nhật ký: $Target\data\chibo.log"
Write-Host "👉 Đồng chí điền $Target\.env (mã Telegram, địa chỉ), chạy: $Target\service.ps1 restart; rồi làm tiếp theo HUONG-DAN.txt."
