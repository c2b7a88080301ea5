Attribute VB_Name = "IpsFormulas"
Option Explicit
Option Private Module

' Formulas that came from another computer: links to a copy of the add-in that is not there, and
' cells that show #NAME? although the function exists. Only formulas are entered again, and only
' after the user has agreed.

Private Const TITLE As String = "IPS"

' Asks once when a workbook is opened, if there is anything to put right.
Public Sub OfferRepair(ByVal book As Workbook)
    Dim found As Long
    #If Mac Then
        Exit Sub
    #End If
    If book.IsAddin Then Exit Sub
    found = BrokenCells(book).Count + OtherCopies(book).Count
    If found = 0 Then Exit Sub
    If MsgBox(book.Name & ": " & found & " IPS formulas or links point to another computer. Put them right now?", _
              vbYesNo + vbQuestion, TITLE) = vbYes Then RepairAndTell book
End Sub

Public Sub RepairAndTell(ByVal book As Workbook)
    Dim before As Long, after As Long
    #If Mac Then
        MsgBox "IPS formulas need Excel on Windows; on a Mac run: ips recalc", vbInformation, TITLE
        Exit Sub
    #End If
    before = BrokenCells(book).Count + OtherCopies(book).Count
    Repair book
    after = BrokenCells(book).Count + OtherCopies(book).Count
    If after = 0 Then
        MsgBox before & " IPS formulas or links put right.", vbInformation, TITLE
    Else
        MsgBox after & " IPS formulas or links could not be put right; is a sheet protected?", vbExclamation, TITLE
    End If
End Sub

Private Sub Repair(ByVal book As Workbook)
    Dim link As Variant, cell As Variant, calculation As Long
    calculation = Application.calculation
    Application.ScreenUpdating = False
    Application.EnableEvents = False
    Application.DisplayAlerts = False
    Application.calculation = xlCalculationManual
    On Error Resume Next ' what stays broken is counted afterwards
    For Each link In OtherCopies(book)
        book.ChangeLink link, ThisWorkbook.FullName, xlLinkTypeExcelLinks
    Next link
    For Each cell In BrokenCells(book)
        EnterAgain cell
    Next cell
    Application.calculation = calculation
    Application.DisplayAlerts = True
    Application.EnableEvents = True
    Application.ScreenUpdating = True
End Sub

Private Function OtherCopies(ByVal book As Workbook) As Collection
    Dim links As Variant, link As Variant
    Set OtherCopies = New Collection
    links = book.LinkSources(xlExcelLinks)
    If IsEmpty(links) Then Exit Function
    For Each link In links
        If IsOtherCopy(link, ThisWorkbook.FullName) Then OtherCopies.Add link
    Next link
End Function

Private Function BrokenCells(ByVal book As Workbook) As Collection
    Dim sheet As Worksheet, formulas As Range, cell As Range
    Set BrokenCells = New Collection
    For Each sheet In book.Worksheets
        Set formulas = FormulaCells(sheet)
        If Not formulas Is Nothing Then
            For Each cell In formulas.Cells
                If IsBroken(cell) Then BrokenCells.Add cell
            Next cell
        End If
    Next sheet
End Function

Private Function FormulaCells(ByVal sheet As Worksheet) As Range
    On Error Resume Next ' a sheet without formulas has no such cells
    Set FormulaCells = sheet.UsedRange.SpecialCells(xlCellTypeFormulas)
End Function

Private Function IsBroken(ByVal cell As Range) As Boolean
    Dim text As String
    text = cell.Formula
    If Not CallsOurs(text) Then Exit Function
    If FirstOfArray(cell).Address <> cell.Address Then Exit Function
    IsBroken = Repaired(text) <> text
    If IsError(cell.Value) Then
        If cell.Value = CVErr(xlErrName) Then IsBroken = True
    End If
End Function

' The cell that holds the formula a cell shows.
Private Function FirstOfArray(ByVal cell As Range) As Range
    Set FirstOfArray = cell
    If cell.HasArray Then Set FirstOfArray = cell.CurrentArray.Cells(1)
    On Error Resume Next ' an Excel without spilling has no such property, nor has a single cell
    Set FirstOfArray = CallByName(cell, "SpillParent", VbGet)
End Function

Private Sub EnterAgain(ByVal cell As Range)
    If cell.HasArray Then
        If cell.CurrentArray.Cells.Count > 1 Then
            cell.CurrentArray.FormulaArray = Repaired(cell.Formula)
            Exit Sub
        End If
    End If
    On Error GoTo older
    CallByName cell, "Formula2", VbLet, Repaired(CallByName(cell, "Formula2", VbGet))
    Exit Sub
older:
    cell.Formula = Repaired(cell.Formula)
End Sub
