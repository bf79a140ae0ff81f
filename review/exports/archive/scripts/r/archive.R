# The CSV files of the archive, as data frames of text; an empty cell is "".

formula_starts <- c("=", "+", "-", "@", "\t", "\r")

read_table <- function(name) {
  rows <- read.csv(file.path(folder, paste0(name, ".csv")), colClasses = "character",
                   na.strings = character(0), check.names = FALSE, encoding = "UTF-8")
  # Without the apostrophe that keeps spreadsheets from running a cell.
  rows[] <- lapply(rows, function(cells) {
    kept <- substr(cells, 1, 1) == "'" & substr(cells, 2, 2) %in% formula_starts
    cells[kept] <- substring(cells[kept], 2)
    cells
  })
  rows
}

number <- function(cells) suppressWarnings(as.numeric(cells))

# A time as seconds since 1970.
seconds <- function(cells) {
  plain <- sub("\\+00:00$", "", cells)
  as.numeric(as.POSIXct(plain, format = "%Y-%m-%dT%H:%M:%OS", tz = "UTC"))
}

# Names in the order of their bytes, whatever the machine's language.
sorted <- function(names) sort(unique(names), method = "radix")

study_field <- function(name) study$value[study$field == name]
