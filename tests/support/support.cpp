namespace webhookd {}
