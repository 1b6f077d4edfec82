#Requires -Version 5.1
#Requires -Modules ActiveDirectory
<#
.SYNOPSIS
    Does in Active Directory what cannot be done in the cloud: sealoff's onprem.csv, row by row.
.DESCRIPTION
    Reads onprem.csv beside this script. For each row it finds the account by its SID, makes sure that the name fits, and
    does what the column "do" says:

      disable       the account is disabled
      enable        the account is enabled
      reset-twice   the password is replaced twice: until the first change has reached every domain controller, the
                    password before it may still be accepted somewhere
      enable+reset  the password is replaced twice, then the account is enabled

    Where the column "sealed_for_active_directory" has a password, the second of the two is that one. It is opened with
    the private key of the certificate that the list was made for, which has to be in the certificate store of the one who runs
    this (Cert:\CurrentUser\My) or of the machine; the people who hand it over have it sealed to their own keys. A password
    that was sealed for another account or for another list is refused. Where "change_at_next_sign_in" says yes, the person
    has to choose another one.

    Where the column is empty, passwords are made on the spot, 48 characters, and are neither shown nor written down: no one
    can sign in until the service desk sets a password by its own procedure. Then "enable+reset" is left to you, as
    "identity-provider" always is, because somebody has to be given the password; the results say so.

    No password is shown, logged or written down, also not in a transcript.

    Look first:         powershell -ExecutionPolicy Bypass -File .\onprem.ps1 -WhatIf
    Then do it:         powershell -ExecutionPolicy Bypass -File .\onprem.ps1
    Without questions:  powershell -ExecutionPolicy Bypass -File .\onprem.ps1 -Force

    It asks before each change; answer "Yes to All", or give -Force, once you have looked. A row of which only one half
    was confirmed is "partly done", and the next run asks for all of it again.

    What became of each row is in onprem-results.csv, written row by row; the file is opened before anything is changed, so
    close it in Excel first. Give it to the person who ran sealoff: sealoff onprem DIR --results FILE. Run again, the script leaves alone what is done there; -Again does everything once more. It
    exits with 1 when a row is not done. It runs in Windows PowerShell 5.1 and in PowerShell 7.
#>
[CmdletBinding(SupportsShouldProcess = $true, ConfirmImpact = 'High')]
param(
    # The list; onprem.csv beside this script if not given.
    [string] $List,
    # Where the results go; onprem-results.csv beside this script if not given.
    [string] $Results,
    # Do what the results say is done once more.
    [switch] $Again,
    # Take a list that is not as the plan made it: rows were taken out, or a spreadsheet saved it.
    [switch] $Edited,
    # Ask nothing. (-Confirm:$false cannot be given behind -File in Windows PowerShell.)
    [switch] $Force,
    # An account that may do this; without it, the one that runs the script.
    [System.Management.Automation.PSCredential] $Credential
)

Set-StrictMode -Version Latest
$ErrorActionPreference = 'Stop'

if ($Force -and -not $PSBoundParameters.ContainsKey('Confirm')) { $ConfirmPreference = 'None' }

# Not as defaults of the parameters: there Windows PowerShell 5.1 does not know yet where the script is.
if (-not $List) { $List = Join-Path -Path $PSScriptRoot -ChildPath 'onprem.csv' }
if (-not $Results) { $Results = Join-Path -Path $PSScriptRoot -ChildPath 'onprem-results.csv' }

$asWhom = @{}
if ($Credential) { $asWhom.Credential = $Credential }

# The digest of the list as the plan made it: who could change the list could have any password set.
$listAsMade = 'SHA256-OF-THE-LIST'
if (-not $Edited) {
    $digest = (Get-FileHash -LiteralPath $List -Algorithm SHA256).Hash
    if ($digest -ne $listAsMade) {
        throw "$List is not the list that this script was made with, and nothing was changed. If you took rows out of it yourself, give -Edited."
    }
}

$finished = @{}
if (-not $Again -and (Test-Path -LiteralPath $Results)) {
    foreach ($result in Import-Csv -LiteralPath $Results -Encoding UTF8) {
        if ($result.PSObject.Properties.Name -notcontains 'list') {
            throw "$Results was written by another version of this script, and nothing was changed. Name another file with -Results."
        }
        if ($result.result -eq 'done') { $finished["$($result.list)/$($result.sid)/$($result.do)"] = $true }
    }
}

# The list keeps spreadsheets from running a cell as a formula by an apostrophe in front; here it is taken off.
function Get-Cell([string] $Cell) { $Cell -replace "^'(?='*[=+\-@])", '' }

function New-UnknownPassword {
    $letters = 'ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz23456789!#$%&*?'
    if ($letters.Length -ne 64) { throw 'the alphabet must have 64 letters, so that every byte counts alike' }
    $password = New-Object System.Security.SecureString
    # One of each class, whatever chance brings.
    foreach ($letter in 'Aa2!'.ToCharArray()) { $password.AppendChar($letter) }
    $bytes = New-Object byte[] 44
    $random = [System.Security.Cryptography.RandomNumberGenerator]::Create()
    try { $random.GetBytes($bytes) } finally { $random.Dispose() }
    foreach ($byte in $bytes) { $password.AppendChar($letters[$byte -band 63]) }
    [Array]::Clear($bytes, 0, $bytes.Length)
    $password.MakeReadOnly()
    $password
}

# What is inside, by its own words alone: no command gets it as an argument, because Windows can be set to log those.
function Open-Password {
    param($Row)
    $cell = $Row.sealed_for_active_directory
    if ($cell -notmatch '^cms:[A-Za-z0-9+/=]+$') { throw 'its sealed password was changed: it is no CMS message' }
    $begin = '-----BEGIN CMS-----'
    $end = '-----END CMS-----'
    $message = "$begin`n" + ($cell.Substring(4) -replace '(.{64})', "`$1`n") + "`n$end"
    try { $opened = Unprotect-CmsMessage -Content $message } catch {
        throw "its sealed password does not open: $($_.Exception.Message)"
    }
    $pattern = '^\{"sealoff":1,"tenant":"[^"]*","object_id":"(?<id>[^"]*)","user_principal_name":"(?:[^"\\]|\\.)*",' +
        '"password":"(?<password>[^"\\]+)","sid":"(?<sid>[^"]*)","list":"(?<list>[^"]*)"\}\s*$'
    $parts = [System.Text.RegularExpressions.Regex]::Match($opened, $pattern)
    $opened = $null
    if (-not $parts.Success) { throw 'its sealed password is not what sealoff writes' }
    if ($parts.Groups['sid'].Value -ne $Row.sid -or $parts.Groups['id'].Value -ne $Row.object_id) {
        throw 'its sealed password was made for another account: rows or cells of the list were moved'
    }
    if ($parts.Groups['list'].Value -ne $Row.list) { throw 'its sealed password was made for another list' }
    $password = New-Object System.Security.SecureString
    foreach ($letter in $parts.Groups['password'].Value.ToCharArray()) { $password.AppendChar($letter) }
    $password.MakeReadOnly()
    $password
}

# Chance puts three letters of the person's name into a password now and then, and Active Directory refuses it.
function Set-UnknownPassword {
    param([string] $Sid, [hashtable] $Where)
    for ($try = 1; $true; $try++) {
        try {
            Set-ADAccountPassword -Identity $Sid -Reset -NewPassword (New-UnknownPassword) @Where @asWhom -Confirm:$false
            return
        } catch {
            # By its number too: in PowerShell 7 the error may come from another session, without its type.
            $refused = $_.Exception.GetType().Name -eq 'ADPasswordComplexityException' -or
                $_.FullyQualifiedErrorId -like 'ActiveDirectoryServer:1325*'
            if (-not $refused -or $try -eq 3) { throw }
        }
    }
}

# What became of a row: a word for programs, which password the account has now, and a sentence.
function New-Outcome([string] $Result, [string] $Password, [string] $Said) {
    [PSCustomObject]@{ Result = $Result; Password = $Password; Said = $Said }
}

function Invoke-Row {
    param($Row)
    $sealed = [bool] $Row.sealed_for_active_directory
    if ($Row.do -eq 'enable+reset' -and -not $sealed) {
        return New-Outcome 'left' 'old' 'left to you: set a password that the person is given, then enable the account'
    }
    if ($Row.do -eq 'identity-provider') {
        return New-Outcome 'left' 'old' 'left to you: change the password at the identity provider of the domain'
    }
    # The password first: an account is not opened with the old one.
    $steps = @($Row.do.Split('+'))
    if ($Row.do -eq 'enable+reset') { $steps = @('reset-twice', 'enable') }
    foreach ($step in $steps) {
        if ($step -notin 'disable', 'enable', 'reset-twice') {
            return New-Outcome 'not-done' 'old' "not done: this script does not know how to do '$step'"
        }
    }
    if ($Row.sid -notmatch '^S-1-5-21-\d+-\d+-\d+-\d+$') {
        return New-Outcome 'not-done' 'old' 'not done: the row has no SID of a domain'
    }
    if ($finished["$($Row.list)/$($Row.sid)/$($Row.do)"]) { return New-Outcome 'done' 'before' 'done: before' }

    $where = @{}
    $domain = Get-Cell $Row.domain
    if ($domain) { $where.Server = $domain }
    $user = Get-ADUser -Identity $Row.sid @where @asWhom
    $name = Get-Cell $Row.sam_account_name
    if ($name -and $user.SamAccountName -ne $name) {
        return New-Outcome 'not-done' 'old' "not done: the SID belongs to $($user.SamAccountName), and the list says $name"
    }
    # Opened before anything is changed: what does not open leaves the account as it is.
    $last = $null
    if ($sealed -and 'reset-twice' -in $steps) { $last = Open-Password -Row $Row }
    # What the question names, and the SID that was checked: the object is of another kind in PowerShell 7.
    $words = @{ 'disable' = 'disable'; 'enable' = 'enable'; 'reset-twice' = 'replace the password twice' }
    $done = @()
    $confirmed = 0
    $has = 'old'
    try {
        foreach ($step in $steps) {
            if (-not $PSCmdlet.ShouldProcess($user.DistinguishedName, $words[$step])) { continue }
            $confirmed++
            if ($step -eq 'disable') {
                Disable-ADAccount -Identity $Row.sid @where @asWhom -Confirm:$false
                $done += 'disabled'
            }
            if ($step -eq 'enable') {
                Enable-ADAccount -Identity $Row.sid @where @asWhom -Confirm:$false
                $done += 'enabled'
            }
            if ($step -eq 'reset-twice') {
                Set-UnknownPassword -Sid $Row.sid -Where $where
                $has = 'unknown'
                $done += 'password replaced'
                if ($last) {
                    Set-ADAccountPassword -Identity $Row.sid -Reset -NewPassword $last @where @asWhom -Confirm:$false
                    $has = 'sealed'
                    $done += 'and once more, by the sealed one'
                } else {
                    Set-UnknownPassword -Sid $Row.sid -Where $where
                    $done += 'and once more'
                }
                if ($Row.change_at_next_sign_in -eq 'yes') {
                    Set-ADUser -Identity $Row.sid -ChangePasswordAtLogon $true @where @asWhom -Confirm:$false
                    $done += 'to be changed at the next sign-in'
                }
            }
        }
    } catch {
        if (-not $done) { throw }
        return New-Outcome 'partly' $has "partly done: $($done -join ', '); then: $($_.Exception.Message)"
    }
    if ($WhatIfPreference) {
        return New-Outcome 'not-done' $has "would be done: $(($steps | ForEach-Object { $words[$_] }) -join ', ')"
    }
    if ($confirmed -eq 0) { return New-Outcome 'not-done' $has 'not done: not confirmed' }
    if ($confirmed -lt @($steps).Count) {
        return New-Outcome 'partly' $has "partly done: $($done -join ', '); the rest was not confirmed"
    }
    New-Outcome 'done' $has "done: $($done -join ', ')"
}

# Opened before anything is changed, and for all rows: a spreadsheet program that shows it cannot get in between.
function Open-Results {
    $path = $ExecutionContext.SessionState.Path.GetUnresolvedProviderPathFromPSPath($Results)
    try {
        $stream = [System.IO.File]::Open($path, [System.IO.FileMode]::Append, [System.IO.FileAccess]::Write, [System.IO.FileShare]::Read)
    } catch {
        throw "$path cannot be written, and nothing was changed. Close it where it is open, Excel for example. $($_.Exception.Message)"
    }
    $isNew = $stream.Length -eq 0
    $writer = New-Object System.IO.StreamWriter -ArgumentList $stream, (New-Object System.Text.UTF8Encoding -ArgumentList $true)
    $writer.AutoFlush = $true
    if ($isNew) { $writer.WriteLine('"list","run","row","object_id","sid","user_principal_name","do","result","password","outcome","at"') }
    $writer
}

$rows = @(Import-Csv -LiteralPath $List -Encoding UTF8)
# A row that stands twice would be done twice, and the second password would be one that is not known to be the live one.
foreach ($column in 'row', 'sid') {
    $twice = @($rows | Where-Object { $_.$column } | Group-Object -Property $column | Where-Object { $_.Count -gt 1 })
    if ($twice) { throw "$List has the $column $($twice[0].Name) more than once, and nothing was changed. Take one of the rows out." }
}
$run = [Guid]::NewGuid().ToString()
$failed = 0
$written = $null
if (-not $WhatIfPreference) { $written = Open-Results }
try {
    foreach ($row in $rows) {
        try { $outcome = Invoke-Row -Row $row } catch {
            $outcome = New-Outcome 'not-done' 'old' "not done: $($_.Exception.Message)"
        }
        if ($outcome.Result -ne 'done') { $failed++ }
        Write-Output "row $($row.row)  $($row.user_principal_name)  $($outcome.Said)"
        if ($WhatIfPreference -or $outcome.Password -eq 'before') { continue }
        $result = [PSCustomObject]@{
            list                = $row.list
            run                 = $run
            row                 = $row.row
            object_id           = $row.object_id
            sid                 = $row.sid
            user_principal_name = $row.user_principal_name
            do                  = $row.do
            result              = $outcome.Result
            password            = $outcome.Password
            outcome             = $outcome.Said
            at                  = [DateTime]::UtcNow.ToString('yyyy-MM-ddTHH:mm:ssZ')
        }
        $written.WriteLine(($result | ConvertTo-Csv -NoTypeInformation | Select-Object -Last 1))
    }
} finally {
    if ($written) { $written.Dispose() }
}
if ($WhatIfPreference) { exit 0 }
if ($failed) {
    Write-Warning "$failed rows are not done; see $Results"
    exit 1
}
