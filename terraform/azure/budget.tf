resource "azurerm_consumption_budget_resource_group" "this" {
  name              = var.name
  resource_group_id = azurerm_resource_group.this.id
  amount            = var.budget
  time_grain        = "Monthly"

  time_period {
    start_date = var.budget_start
  }

  dynamic "notification" {
    for_each = { Actual = 80, Forecasted = 100 }

    content {
      threshold_type = notification.key
      threshold      = notification.value
      operator       = "GreaterThan"
      contact_emails = [var.email]
    }
  }
}
